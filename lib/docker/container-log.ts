/**
 * ContainerReader on a Docker Engine: logs as streams, over connections of their own, so that whoever reads slowly takes no place
 * among the supervisor's calls.
 */

import type { Readable } from 'node:stream'

import { shortId, type ContainerId } from '../pod/index.js'
import type { ContainerReader, LogQuery } from '../ports/index.js'
import type { EngineAddress } from './address.js'
import { engineError } from './errors.js'
import { FrameSplitter } from './frames.js'
import { defaultDeadlines, EngineModem } from './modem.js'

export class DockerReader implements ContainerReader {
  readonly #modem: EngineModem

  constructor(address: EngineAddress) {
    this.#modem = new EngineModem(address, defaultDeadlines)
  }

  async log(id: ContainerId, query: LogQuery, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>> {
    const options = {
      stdout: query.streams !== 'stderr',
      stderr: query.streams !== 'stdout',
      follow: query.follow,
      timestamps: query.timestamps,
      tail: query.tailLines ?? 'all',
      ...(query.sinceMs !== null && { since: (query.sinceMs / 1000).toFixed(3) }),
    }
    const stream = await this.#open(`/containers/${id}/logs?`, options, signal).catch((error: unknown) => {
      throw engineError('look', `read the log of container ${shortId(id)}`, error)
    })
    return contentOf(stream)
  }

  close(): void {
    this.#modem.close()
  }

  #open(path: string, options: Record<string, unknown>, abortSignal: AbortSignal): Promise<Readable> {
    const dial = { path, method: 'GET', options, isStream: true, abortSignal, statusCodes: { 200: true } }
    return new Promise((resolve, reject) => {
      this.#modem.dial(dial, (error, stream) => {
        if (error === null) resolve(stream as Readable)
        else reject(error)
      })
    })
  }
}

async function* contentOf(stream: Readable): AsyncGenerator<Uint8Array> {
  const frames = new FrameSplitter(null)
  try {
    for await (const chunk of stream) for (const { bytes } of frames.take(chunk as Buffer)) yield bytes
    for (const { bytes } of frames.end()) yield bytes
  } finally {
    stream.destroy()
  }
}
