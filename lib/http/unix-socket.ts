/** The status endpoint's unix socket: room for it is made, and only for it. */

import { lstat, unlink } from 'node:fs/promises'
import { connect } from 'node:net'

import { PodkeepError } from '../pod/index.js'
import { codeOf } from './listen-error.js'

/** The kernel's 108, less the closing zero. */
const longestPathBytes = 107

/** Removes a socket that nobody listens on any more. */
export async function clearSocketPath(path: string): Promise<void> {
  const lengthBytes = Buffer.byteLength(path)
  if (lengthBytes > longestPathBytes) {
    const message = `the socket path ${path} has ${lengthBytes} bytes, and a unix socket may have ${longestPathBytes}`
    throw new PodkeepError('STATUS_SERVER_FAILED', `${message}: choose a shorter folder`)
  }
  const stats = await lstat(path).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return null
    throw new PodkeepError('STATUS_SERVER_FAILED', `cannot listen on ${path}: ${codeOf(error)}`, { cause: error })
  })
  if (stats === null) return
  if (!stats.isSocket()) {
    throw new PodkeepError('STATUS_SERVER_FAILED', `cannot listen on ${path}: there is something that is not a socket`)
  }
  if (await isAnswering(path)) {
    throw new PodkeepError('STATUS_SERVER_FAILED', `cannot listen on ${path}: another process listens there`)
  }
  await unlink(path).catch((error: unknown) => {
    throw new PodkeepError('STATUS_SERVER_FAILED', `cannot replace ${path}: ${codeOf(error)}`, { cause: error })
  })
}

function isAnswering(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const connection = connect(path)
    connection.once('connect', () => {
      connection.destroy()
      resolve(true)
    })
    connection.once('error', (error) => {
      resolve(codeOf(error) !== 'ECONNREFUSED' && codeOf(error) !== 'ENOENT')
    })
  })
}
