/**
 * One podkeep per state folder. The lock is the name of an abstract socket, made of the folder's device and number; see there for what
 * it cannot do. A file beside it says who holds it.
 */

import { readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { PodkeepError } from '../pod/index.js'
import { holdName, type HeldName } from './abstract-socket.js'
import { stateError } from './failure.js'

const holderFile = 'podkeep.pid'

export type FolderLock = HeldName

/** @throws STATE_LOCKED when another process holds it. */
export async function lockFolder(directory: string): Promise<FolderLock> {
  const { dev, ino } = await stat(directory, { bigint: true })
  const held = await holdName(`podkeep-state-${dev}-${ino}`, (asker) => asker.destroy()).catch((error: unknown) => {
    throw stateError(`cannot lock ${directory}`, error)
  })
  if (held === null) throw await heldByAnother(directory)
  const path = join(directory, holderFile)
  try {
    await writeFile(path, `${process.pid} ${new Date().toISOString()}\n`, { mode: 0o600 })
  } catch (error) {
    await held.release()
    throw stateError(`cannot write ${path}`, error)
  }
  return {
    release: async () => {
      await rm(path, { force: true }).catch((error: unknown) => {
        throw stateError(`cannot remove ${path}`, error)
      })
      await held.release()
    },
  }
}

async function heldByAnother(directory: string): Promise<PodkeepError> {
  const text = await readFile(join(directory, holderFile), 'utf8').catch(() => '')
  const [, pid, startedAt] = /^(\d+) (\S+)\n$/.exec(text) ?? []
  const who = pid === undefined ? '' : ` (pid ${pid}, started ${startedAt ?? 'at an unknown time'})`
  return new PodkeepError('STATE_LOCKED', `another podkeep${who} holds ${directory}`)
}
