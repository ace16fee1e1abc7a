/**
 * A name that one process of the machine has: that of an abstract unix socket. The kernel frees it with its process, however that
 * ends, so there is never a stale one to clean up.
 *
 * Abstract sockets belong to a network namespace: processes in different ones do not see each other's.
 */

import { createConnection, createServer, type Server, type Socket } from 'node:net'

import { codeOf } from '../disk/index.js'

/** All of a socket address: Node 20 pads a shorter abstract name with zeros and Node 22 does not, so they would not meet. */
const addressBytes = 108
const answerMs = 1000
const longestAnswer = 4096

export interface HeldName {
  release(): Promise<void>
}

/** @param onAsked somebody wants to know who has it. @returns null when another process has it */
export async function holdName(name: string, onAsked: (asker: Socket) => void): Promise<HeldName | null> {
  const server = createServer(onAsked)
  try {
    await listen(server, pathOf(name))
  } catch (error) {
    if (codeOf(error) === 'EADDRINUSE') return null
    throw error
  }
  server.unref()
  return { release: () => closed(server) }
}

/** What the process that has the name says to whoever connects; empty when it says nothing, or is gone. */
export function askHolder(name: string): Promise<string> {
  return new Promise((resolve) => {
    let answer = ''
    const socket = createConnection({ path: pathOf(name) })
    const end = (): void => {
      socket.destroy()
      resolve(answer)
    }
    socket.setTimeout(answerMs, end)
    socket.setEncoding('utf8').on('data', (text: string) => {
      answer += text
      if (answer.length > longestAnswer) end()
    })
    socket.on('end', end).on('error', end)
  })
}

function pathOf(name: string): string {
  return `\0${name}-`.padEnd(addressBytes, '0')
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
