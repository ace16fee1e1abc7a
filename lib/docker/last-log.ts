/**
 * The end of what a container wrote. The engine sends frames of eight bytes of head (stream, three zeros, length) and their content;
 * from a container with a terminal it sends the bytes as they are.
 * Source: kubelet readLastStringFromContainerLogs for how much of it.
 */

import type { Readable } from 'node:stream'

import { shortId, type ContainerId } from '../pod/index.js'
import { statusOf, type Engine } from './engine.js'

const maxLines = 80
const maxBytes = 2048
const headBytes = 8

export async function lastLog(engine: Engine, id: ContainerId): Promise<string> {
  const doing = `read the log of container ${shortId(id)}`
  try {
    return await engine.call('look', doing, async (docker) => {
      // Followed only in name: a container that has ended says no more, and only so the answer comes as a stream.
      const options = { stdout: true, stderr: true, tail: maxLines, follow: true } as const
      const stream = await docker.getContainer(id).logs(options)
      return endOf(stream as unknown as Readable, engine.deadlines.readMs)
    })
  } catch (error) {
    if (isKeptNowhere(error)) return ''
    throw error
  }
}

/** @param deadlineMs what came until then is what there is */
export async function endOf(stream: Readable, deadlineMs: number): Promise<string> {
  const late = new AbortController()
  const deadline = setTimeout(() => {
    late.abort()
    stream.destroy()
  }, deadlineMs)
  const frames = new Frames()
  try {
    for await (const chunk of stream) frames.add(chunk as Buffer)
  } catch (error) {
    if (!late.signal.aborted) throw error
  } finally {
    clearTimeout(deadline)
    stream.destroy()
  }
  return frames.text()
}

/** Takes the bytes however they are cut, and keeps no more than the end of the content. */
class Frames {
  #kept: Buffer = Buffer.alloc(0)
  /** Of a head, or all of it where there are no frames. */
  #rest: Buffer = Buffer.alloc(0)
  /** Still to come of the frame. */
  #leftBytes = 0
  #isRaw: boolean | null = null

  add(chunk: Buffer): void {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk])
    if (this.#isRaw === null && this.#rest.length >= headBytes) this.#isRaw = !isHead(this.#rest)
    if (this.#isRaw === true) {
      this.#keep(this.#rest)
      this.#rest = Buffer.alloc(0)
    } else if (this.#isRaw === false) this.#takeFrames()
  }

  text(): string {
    // Too short for a single head: the few bytes of a terminal.
    if (this.#isRaw === null) this.#keep(this.#rest)
    const isInside = (byte: number | undefined): boolean => byte !== undefined && (byte & 0b1100_0000) === 0b1000_0000
    let start = 0
    while (start < 3 && isInside(this.#kept[start])) start += 1
    return this.#kept.toString('utf8', start)
  }

  #takeFrames(): void {
    for (;;) {
      if (this.#leftBytes === 0) {
        if (this.#rest.length < headBytes) return
        this.#leftBytes = this.#rest.readUInt32BE(4)
        this.#rest = this.#rest.subarray(headBytes)
      }
      const content = this.#rest.subarray(0, this.#leftBytes)
      this.#keep(content)
      this.#leftBytes -= content.length
      this.#rest = this.#rest.subarray(content.length)
      if (this.#leftBytes > 0) return
    }
  }

  #keep(content: Buffer): void {
    const all = Buffer.concat([this.#kept, content])
    this.#kept = Buffer.from(all.subarray(Math.max(0, all.length - maxBytes)))
  }
}

/** No text begins so. */
function isHead(bytes: Buffer): boolean {
  return (bytes[0] ?? 255) <= 2 && bytes[1] === 0 && bytes[2] === 0 && bytes[3] === 0
}

/** "configured logging driver does not support reading": `none`, or one that sends it away. */
function isKeptNowhere(error: unknown): boolean {
  return statusOf(error) !== null && error instanceof Error && /does not support reading/i.test(error.message)
}
