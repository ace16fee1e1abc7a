/**
 * Files that may be replaced while podkeep runs: looked at when they are needed, at most once a second, and read anew when they
 * changed. What cannot be read, or not be used, leaves the last good content in force; the log says so once.
 */

import { readFileSync, statSync } from 'node:fs'

import { PodkeepError } from '../pod/index.js'
import type { Logger } from '../ports/index.js'

const betweenLooksMs = 1000

export class ChangingFiles<Content> {
  readonly #paths: readonly string[]
  readonly #decode: (texts: readonly string[]) => Content
  readonly #logger: Logger
  #content: Content
  #fingerprint: string
  #lookedAtMs: number
  #toldFault = ''

  /** @param decode throws when they make no sense. @throws ACCESS_FILE_UNUSABLE when they cannot be used at the start. */
  constructor(paths: readonly string[], decode: (texts: readonly string[]) => Content, logger: Logger) {
    this.#paths = paths
    this.#decode = decode
    this.#logger = logger
    this.#lookedAtMs = performance.now()
    try {
      this.#fingerprint = this.#look()
      this.#content = this.#read()
    } catch (error) {
      const words = error instanceof Error ? error.message : String(error)
      throw new PodkeepError('ACCESS_FILE_UNUSABLE', `cannot use ${paths.join(' and ')}: ${words}`, { cause: error })
    }
  }

  get content(): Content {
    const nowMs = performance.now()
    if (nowMs - this.#lookedAtMs < betweenLooksMs) return this.#content
    this.#lookedAtMs = nowMs
    try {
      const fingerprint = this.#look()
      if (fingerprint === this.#fingerprint) return this.#content
      this.#content = this.#read()
      this.#fingerprint = fingerprint
      this.#toldFault = ''
      this.#logger.info({ files: this.#paths }, 'files of the status server were read anew')
    } catch (error) {
      const words = error instanceof Error ? error.message : String(error)
      if (words !== this.#toldFault) {
        this.#logger.warn({ files: this.#paths, reason: words }, 'changed files of the status server are not usable')
      }
      this.#toldFault = words
    }
    return this.#content
  }

  #look(): string {
    return this.#paths
      .map((path) => {
        const { ino, size, mtimeMs } = statSync(path)
        return `${ino} ${size} ${mtimeMs}`
      })
      .join('\n')
  }

  #read(): Content {
    return this.#decode(this.#paths.map((path) => readFileSync(path, 'utf8')))
  }
}
