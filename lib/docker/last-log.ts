/**
 * The end of what a container wrote.
 * Source: kubelet readLastStringFromContainerLogs for how much of it.
 */

import type { Readable } from 'node:stream'

import { shortId, type ContainerId } from '../pod/index.js'
import { statusOf, type Engine } from './engine.js'
import { FrameSplitter } from './frames.js'

const maxLines = 80
const maxBytes = 2048

/** @param isPodman 4.3 tears lines that were written in pieces when it is asked for the last ones, and is asked for all */
export async function lastLog(engine: Engine, id: ContainerId, isPodman: boolean): Promise<string> {
  const doing = `read the log of container ${shortId(id)}`
  try {
    return await engine.call('look', doing, async (docker) => {
      // Followed only in name: a container that has ended says no more, and only so the answer comes as a stream.
      const options = { stdout: true, stderr: true, follow: true, ...(!isPodman && { tail: maxLines }) } as const
      const stream = await docker.getContainer(id).logs(options)
      return lastLines(await endOf(stream as unknown as Readable, engine.deadlines.readMs))
    })
  } catch (error) {
    if (isKeptNowhere(error)) return ''
    throw error
  }
}

export function lastLines(text: string): string {
  const lines = text.split('\n')
  // Behind the last line end there is no line.
  return lines.slice(-maxLines - (lines.at(-1) === '' ? 1 : 0)).join('\n')
}

/** @param deadlineMs what came until then is what there is */
export async function endOf(stream: Readable, deadlineMs: number): Promise<string> {
  const late = new AbortController()
  const deadline = setTimeout(() => {
    late.abort()
    stream.destroy()
  }, deadlineMs)
  const tail = new Tail()
  try {
    for await (const chunk of stream) tail.add(chunk as Buffer)
  } catch (error) {
    if (!late.signal.aborted) throw error
  } finally {
    clearTimeout(deadline)
    stream.destroy()
  }
  return tail.text()
}

/** No more than the end of what was written. */
class Tail {
  readonly #frames = new FrameSplitter(null)
  #kept: Buffer = Buffer.alloc(0)

  add(chunk: Buffer): void {
    for (const { bytes } of this.#frames.take(chunk)) this.#keep(bytes)
  }

  text(): string {
    for (const { bytes } of this.#frames.end()) this.#keep(bytes)
    const isInside = (byte: number | undefined): boolean => byte !== undefined && (byte & 0b1100_0000) === 0b1000_0000
    let start = 0
    while (start < 3 && isInside(this.#kept[start])) start += 1
    return this.#kept.toString('utf8', start)
  }

  #keep(content: Buffer): void {
    const all = Buffer.concat([this.#kept, content])
    this.#kept = Buffer.from(all.subarray(Math.max(0, all.length - maxBytes)))
  }
}

/** "configured logging driver does not support reading": `none`, or one that sends it away. */
function isKeptNowhere(error: unknown): boolean {
  return statusOf(error) !== null && error instanceof Error && /does not support reading/i.test(error.message)
}
