/** Rows of the table of settings: what every container gets that its manifest does not ask for. */

import { bytesIn } from '../manifest/index.js'
import type { OptionTable } from './option-row.js'

export interface ContainerConfig {
  /** A quantity. */
  readonly containerLogMaxSize: string
  readonly containerLogMaxFiles: number
  /** -1: any number. */
  readonly podPidsLimit: number
}

export const containerRows: OptionTable<ContainerConfig> = {
  containerLogMaxSize: {
    flag: '--container-log-max-size <quantity>',
    variable: 'PODKEEP_CONTAINER_LOG_MAX_SIZE',
    meaning:
      'how large a container’s log file grows before the engine begins another; counts for containers made from then on',
    kubelet: 'containerLogMaxSize',
    defaultMeaning: '10Mi',
    defaultValue: () => '10Mi',
    parse: (text) => ((bytesIn(text) ?? 0) > 0 ? text : null),
    expected: 'a quantity of bytes, such as "10Mi"',
  },
  containerLogMaxFiles: {
    flag: '--container-log-max-files <number>',
    variable: 'PODKEEP_CONTAINER_LOG_MAX_FILES',
    meaning: 'how many log files of a container are kept, the one that is written among them',
    kubelet: 'containerLogMaxFiles',
    defaultMeaning: '5',
    defaultValue: () => 5,
    parse: (text) => (/^\d{1,4}$/.test(text) && Number(text) > 1 ? Number(text) : null),
    expected: 'a whole number greater than 1',
  },
  podPidsLimit: {
    flag: '--pod-pids-limit <number>',
    variable: 'PODKEEP_POD_PIDS_LIMIT',
    meaning:
      'how many processes each container may have whose pod says nothing of it; running ones are limited at once',
    kubelet: 'podPidsLimit',
    defaultMeaning: '-1, any number',
    defaultValue: () => -1,
    parse: (text) => (/^(-1|[1-9]\d{0,8})$/.test(text) ? Number(text) : null),
    expected: 'a whole number greater than 0, or -1',
  },
}
