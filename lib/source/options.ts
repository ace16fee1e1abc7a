/** What the manifests directory is watched by. */

import type { Logger } from '../ports/index.js'
import { manifestLimitBytes } from './one-look.js'
import type { Writers } from './writers.js'

export interface DirectorySourceOptions {
  readonly directory: string
  /** Who may write the manifests, if they are to be read; left out: anybody. */
  readonly writers?: Writers | null
  readonly logger: Logger
  /** How long a file that is being written must be quiet before it counts. */
  readonly settleMs?: number
  /** How long somebody may have it open for writing beyond that. */
  readonly openMostMs?: number
  /** Where the machine's processes are seen. */
  readonly proc?: string
  readonly rescanMs?: number
  /** How often to ask whether the directory is still the same one, and there. */
  readonly checkMs?: number
  readonly maxFileBytes?: number
  readonly maxTotalBytes?: number
}

export function withUsual(options: DirectorySourceOptions): Required<DirectorySourceOptions> {
  return {
    writers: null,
    settleMs: 150,
    openMostMs: 60_000,
    proc: '/proc',
    rescanMs: 20_000,
    checkMs: 2_000,
    maxFileBytes: manifestLimitBytes,
    maxTotalBytes: 128 * 2 ** 20,
    ...options,
  }
}
