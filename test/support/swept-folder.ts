/** A temporary folder whose processes, mounts and files go when the test ends, even when the test is killed. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'

export interface SweptFolder {
  /** Short: the path of a unix socket ends at 107 characters. */
  readonly path: string
  /** Differs from that of every other swept folder there is. */
  readonly id: number
  /** Ends whatever daemon runs from this folder and removes it. */
  sweep(): Promise<void>
}

export function sweptFolder(name: string): SweptFolder {
  const path = mkdtempSync(`/tmp/pk-${name}-`)
  const janitor = spawn(process.execPath, [fileURLToPath(new URL('janitor.mjs', import.meta.url)), path], {
    detached: true,
    stdio: ['pipe', 'ignore', 'pipe'],
  })
  const ended = once(janitor, 'exit')
  const complaint = text(janitor.stderr)
  // The test may end while the janitor still runs: that is what it is for.
  janitor.unref()
  for (const stream of [janitor.stdin, janitor.stderr]) if ('unref' in stream) (stream as { unref(): void }).unref()

  return {
    path,
    id: janitor.pid ?? 0,
    async sweep() {
      janitor.ref()
      janitor.stdin.end()
      const [code] = (await ended) as [number | null]
      if (code !== 0) throw new Error(`cleaning up ${path} failed: ${await complaint}`)
    },
  }
}
