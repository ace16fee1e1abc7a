/** Options that several verbs have. */

import { Option, type Command } from 'commander'

import { rootDirectoryRow, type OptionRow } from './run-options.js'

export function optionOf({ flag, meaning, defaultMeaning, variable, kubelet }: OptionRow<unknown>): Option {
  const known = kubelet === null ? '' : `; kubelet: ${kubelet}`
  return new Option(flag, `${meaning}  [default: ${defaultMeaning}; env ${variable}${known}]`)
}

/** Which podkeep is asked. */
export function addServer(command: Command): Command {
  return command
    .addOption(optionOf(rootDirectoryRow))
    .option('--server <url>', 'ask there instead: http://127.0.0.1:10255 or unix:///PATH  [env PODKEEP_SERVER]')
}
