/** A stream of the engine's as pieces of a program's two outputs. */

import type { Readable } from 'node:stream'

import { FrameSplitter, type Piece } from './frames.js'

/** @param isRaw null: the first bytes tell. A connection that breaks off ends it, as the engine's own client does. */
export async function* piecesOf(stream: Readable, isRaw: boolean | null): AsyncGenerator<Piece> {
  const frames = new FrameSplitter(isRaw)
  try {
    for await (const chunk of stream) yield* frames.take(chunk as Buffer)
  } catch (error) {
    if (!['ECONNRESET', 'ERR_STREAM_PREMATURE_CLOSE', 'EPIPE'].includes(codeOf(error))) throw error
  }
  yield* frames.end()
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
}
