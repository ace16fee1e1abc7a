/**
 * How podkeep ran here last: its engine, and the name of its node. Whoever reaches into a container while podkeep is down finds both
 * here; while it runs, it is asked itself.
 */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { writeWhole } from './whole-file.js'

export interface LastRun {
  /** As in DOCKER_HOST. */
  readonly engine: string
  readonly nodeName: string
}

const file = 'last-run'

/** The folder must be locked. @throws HOST_DISK_FULL, STATE_FAILED */
export async function rememberRun(directory: string, { engine, nodeName }: LastRun): Promise<void> {
  await writeWhole(directory, file, `${JSON.stringify({ engine, nodeName })}\n`)
}

/** null: podkeep never ran here, or this user may not know; what is damaged is as good as not there. */
export function lastRun(directory: string): LastRun | null {
  try {
    const told: unknown = JSON.parse(readFileSync(join(directory, file), 'utf8'))
    return isLastRun(told) ? told : null
  } catch {
    return null
  }
}

function isLastRun(told: unknown): told is LastRun {
  if (typeof told !== 'object' || told === null) return false
  const { engine, nodeName } = told as Record<string, unknown>
  return typeof engine === 'string' && engine !== '' && typeof nodeName === 'string' && nodeName !== ''
}
