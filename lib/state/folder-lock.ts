/**
 * One podkeep per state folder. The lock is an abstract unix socket named after the folder's device and number: the kernel
 * frees it with its process, however that ends, so there is no stale lock to clean up. A file beside it says who holds it.
 *
 * Abstract sockets belong to a network namespace: two podkeeps in different ones do not see each other's lock.
 */

import { readFile, rm, stat, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:net'
import { join } from 'node:path'

import { codeOf } from '../disk/index.js'
import { PodkeepError } from '../pod/index.js'
import { stateError } from './failure.js'

const holderFile = 'podkeep.pid'
/** All of a socket address: Node 20 pads a shorter abstract name with zeros and Node 22 does not, so they would not meet. */
const addressBytes = 108

export interface FolderLock {
  release(): Promise<void>
}

/** @throws STATE_LOCKED when another process holds it. */
export async function lockFolder(directory: string): Promise<FolderLock> {
  const { dev, ino } = await stat(directory, { bigint: true })
  const server = createServer((connection) => connection.destroy())
  try {
    await listen(server, `\0podkeep-state-${dev}-${ino}-`.padEnd(addressBytes, '0'))
  } catch (error) {
    if (codeOf(error) === 'EADDRINUSE') throw await heldByAnother(directory)
    throw stateError(`cannot lock ${directory}`, error)
  }
  server.unref()
  const path = join(directory, holderFile)
  try {
    await writeFile(path, `${process.pid} ${new Date().toISOString()}\n`, { mode: 0o600 })
  } catch (error) {
    await closed(server)
    throw stateError(`cannot write ${path}`, error)
  }
  return {
    release: async () => {
      await rm(path, { force: true }).catch((error: unknown) => {
        throw stateError(`cannot remove ${path}`, error)
      })
      await closed(server)
    },
  }
}

async function heldByAnother(directory: string): Promise<PodkeepError> {
  const text = await readFile(join(directory, holderFile), 'utf8').catch(() => '')
  const [, pid, startedAt] = /^(\d+) (\S+)\n$/.exec(text) ?? []
  const who = pid === undefined ? '' : ` (pid ${pid}, started ${startedAt ?? 'at an unknown time'})`
  return new PodkeepError('STATE_LOCKED', `another podkeep${who} holds ${directory}`)
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ path, exclusive: true }, () => {
      server.off('error', reject)
      resolve()
    })
  })
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => {
      resolve()
    })
  })
}
