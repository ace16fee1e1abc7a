/** Standard input, whole, but never more than a manifest may have. */

import { manifestLimitBytes } from '../source/index.js'

/** One byte more than the limit shows that it is too much. */
export async function readInput(): Promise<Uint8Array> {
  const chunks: Buffer[] = []
  let lengthBytes = 0
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
    chunks.push(chunk)
    lengthBytes += chunk.length
    if (lengthBytes > manifestLimitBytes) break
  }
  return Buffer.concat(chunks)
}
