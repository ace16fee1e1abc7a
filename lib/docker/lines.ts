/** A stream of JSON values, one a line, as the engine sends events and progress. Split on bytes: a character may be cut between chunks. */

import type { Readable } from 'node:stream'

import { PodkeepError } from '../pod/index.js'
import { asNoAnswer, NoAnswer } from './modem.js'

const newline = 0x0a
const maxLineBytes = 4 * 1024 * 1024

/**
 * Ends with the stream. The stream is destroyed when the reader stops early.
 * @param idleMs how long the stream may be silent; null: for ever, someone else watches over it
 * @throws NoAnswer, or the PodkeepError that someone ended the stream with
 */
export async function* jsonLines(stream: Readable, idleMs: number | null): AsyncGenerator {
  const timer =
    idleMs === null
      ? null
      : setTimeout(() => stream.destroy(new NoAnswer('DEADLINE', `silent for ${idleMs / 1000} s`)), idleMs)
  let pending: Buffer[] = []
  let pendingBytes = 0
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      timer?.refresh()
      let from = 0
      for (let at = chunk.indexOf(newline); at !== -1; at = chunk.indexOf(newline, from)) {
        yield* parsed([...pending, chunk.subarray(from, at)])
        pending = []
        pendingBytes = 0
        from = at + 1
      }
      pending.push(chunk.subarray(from))
      pendingBytes += chunk.length - from
      if (pendingBytes > maxLineBytes) throw new NoAnswer('UNREADABLE', 'a line of the answer is too long')
    }
    yield* parsed(pending)
  } catch (error) {
    throw error instanceof Error && !(error instanceof PodkeepError) ? asNoAnswer(error) : error
  } finally {
    if (timer !== null) clearTimeout(timer)
  }
}

/** One value, or none of a blank line. */
function parsed(pieces: readonly Buffer[]): unknown[] {
  const text = Buffer.concat(pieces).toString().trim()
  if (text === '') return []
  try {
    return [JSON.parse(text)]
  } catch (cause) {
    throw new NoAnswer('UNREADABLE', 'a line of the answer is not valid JSON', { cause })
  }
}
