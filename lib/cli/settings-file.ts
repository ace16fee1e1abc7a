/** `--config FILE`: a KubeletConfiguration, read once at the start. */

import { readFileSync } from 'node:fs'

import { decodeKubeletConfiguration } from '../manifest/index.js'
import { problemText } from '../pod/index.js'
import type { Logger } from '../ports/index.js'
import { usageError } from './command-error.js'
import { configFileRow, resolveOption, runOptions, type Flags, type SettingsFile } from './run-options.js'
import type { Surroundings } from './surroundings.js'

export interface ReadSettings extends SettingsFile {
  /** Tells once what the file says that changes nothing here. */
  tellIgnored(logger: Logger): void
}

/** null when none is named. @throws CommandError when it cannot be read, or says what no kubelet understands. */
export function readSettingsFile(flags: Flags, surroundings: Surroundings): ReadSettings | null {
  const name = resolveOption(configFileRow, flags, surroundings)
  if (name === null) return null
  const honoured = Object.values(runOptions).flatMap(({ kubelet }) =>
    kubelet === null || kubelet.startsWith('--') ? [] : [kubelet],
  )
  const { settings, ignored, problems } = decodeKubeletConfiguration(name, bytesOf(name), honoured)
  if (problems.length > 0) {
    throw usageError(
      problems.map(problemText).join('\n'),
      'podkeep help run names the settings and what the kubelet calls them',
    )
  }
  return {
    name,
    settings,
    tellIgnored: (logger) => {
      for (const { field, line, reason } of ignored)
        logger.warn({ file: name, line, field, reason }, 'setting changes nothing here')
    },
  }
}

function bytesOf(name: string): Buffer {
  try {
    return readFileSync(name)
  } catch (error) {
    throw usageError(`--config: cannot read ${name}: ${error instanceof Error ? error.message : String(error)}`)
  }
}
