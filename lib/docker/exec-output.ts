/**
 * What an exec writes. Everything is read, for a full pipe would stop the program; only the beginning is kept.
 */

import type { Readable } from 'node:stream'

import { FrameSplitter } from './frames.js'

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
  const frames = new FrameSplitter(false)
  const keep = (bytes: Buffer): void => {
    const taken = bytes.subarray(0, maxKeptBytes - keptBytes)
    if (taken.length > 0) kept.push(taken)
    keptBytes += taken.length
  }
  stream.on('data', (chunk: Buffer) => {
    for (const { bytes } of frames.take(chunk)) keep(bytes)
  })
  const ended = new Promise<'ended'>((resolve) => {
    for (const event of ['end', 'error', 'close']) stream.once(event, () => resolve('ended'))
    stream.on('error', () => undefined)
  })
  return { ended, text: () => Buffer.concat(kept).toString() }
}
