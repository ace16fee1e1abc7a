/**
 * What an exec writes: frames of stdout and stderr, each with eight bytes before it (stream, three zeros, length). Everything
 * is read, for a full pipe would stop the program; only the beginning is kept.
 */

import type { Readable } from 'node:stream'

const headBytes = 8
/** As much as the kubelet keeps of a probe's output. */
const maxKeptBytes = 10 * 1024

export interface ExecOutput {
  /** Also when the connection breaks: whether the program ended is another question. */
  readonly ended: Promise<'ended'>
  /** So far. */
  text(): string
}

export function readOutput(stream: Readable): ExecOutput {
  const kept: Buffer[] = []
  let keptBytes = 0
  let head = Buffer.alloc(0)
  let bodyBytes = 0
  const keep = (bytes: Buffer): void => {
    const taken = bytes.subarray(0, maxKeptBytes - keptBytes)
    if (taken.length > 0) kept.push(taken)
    keptBytes += taken.length
  }
  stream.on('data', (chunk: Buffer) => {
    let rest = chunk
    while (rest.length > 0) {
      if (bodyBytes === 0) {
        const missing = headBytes - head.length
        head = Buffer.concat([head, rest.subarray(0, missing)])
        rest = rest.subarray(missing)
        if (head.length < headBytes) return
        bodyBytes = head.readUInt32BE(4)
        head = Buffer.alloc(0)
      } else {
        const body = rest.subarray(0, bodyBytes)
        keep(body)
        bodyBytes -= body.length
        rest = rest.subarray(body.length)
      }
    }
  })
  const ended = new Promise<'ended'>((resolve) => {
    for (const event of ['end', 'error', 'close']) stream.once(event, () => resolve('ended'))
    stream.on('error', () => undefined)
  })
  return { ended, text: () => Buffer.concat(kept).toString() }
}
