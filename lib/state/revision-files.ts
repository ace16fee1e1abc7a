/**
 * The manifests each pod had, a file for each pod.
 *
 * G1  What is said is written a moment later, one pod after the other, and nobody waits for it.
 * G2  A file that is damaged, or cannot be written, costs that pod's history and nothing else.
 * G3  Of a pod ten revisions are kept, and of the pods those that changed last.
 */

import { readFile, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'

import { codeOf, makeFolders } from '../disk/index.js'
import type { DesiredPod, PodHistory, PodKey, RevisionOutcome } from '../pod/index.js'
import type { Clock, Logger, RevisionRecorder } from '../ports/index.js'
import { stateError } from './failure.js'
import { emptyHistory, isHistory, withNews, type RevisionNews } from './pod-revisions.js'
import { recordFileName } from './record-file.js'
import { removeHalfWritten, writeWhole } from './whole-file.js'

export interface RevisionFilesOptions {
  readonly directory: string
  readonly clock: Clock
  readonly logger: Logger
}

const format = 1
const writeAfterMs = 2000
const mostPods = 1000

export class RevisionFiles implements RevisionRecorder {
  readonly #options: RevisionFilesOptions
  readonly #news = new Map<PodKey, RevisionNews[]>()
  #cancelTimer: (() => void) | null = null
  #writing: Promise<void> = Promise.resolve()
  #isFailing = false
  #hasFolder = false

  constructor(options: RevisionFilesOptions) {
    this.#options = options
  }

  wanted({ key, file, manifest, source }: DesiredPod): void {
    const said = { file, manifest, ...(source !== undefined && { source }) }
    this.#add(key, { kind: 'wanted', ...said, atMs: this.#options.clock.wallMs() })
  }

  held(pod: PodKey, file: string, why: string): void {
    this.#add(pod, { kind: 'held', file, why, atMs: this.#options.clock.wallMs() })
  }

  became(pod: PodKey, outcome: RevisionOutcome, why: string): void {
    this.#add(pod, { kind: 'became', outcome, why, atMs: this.#options.clock.wallMs() })
  }

  /** Of one pod, or of all. What is damaged is left out. @throws STATE_FAILED */
  async histories(pod: PodKey | null): Promise<PodHistory[]> {
    await this.#writeNow()
    const { directory } = this.#options
    const names = pod === null ? await this.#names() : [recordFileName(pod)]
    const histories: PodHistory[] = []
    for (const name of names) {
      const history = await this.#read(join(directory, name))
      if (history !== null) histories.push(history)
    }
    return histories
  }

  async close(): Promise<void> {
    await this.#writeNow()
  }

  #add(key: PodKey, news: RevisionNews): void {
    this.#news.set(key, [...(this.#news.get(key) ?? []), news])
    this.#cancelTimer ??= this.#options.clock.timer(writeAfterMs, () => {
      this.#cancelTimer = null
      this.#writing = this.#writing.then(() => this.#write())
    })
  }

  #writeNow(): Promise<void> {
    this.#cancelTimer?.()
    this.#cancelTimer = null
    this.#writing = this.#writing.then(() => this.#write())
    return this.#writing
  }

  async #write(): Promise<void> {
    for (const [key, news] of this.#news) {
      this.#news.delete(key)
      try {
        await this.#writePod(key, news)
        this.#isFailing = false
      } catch (error) {
        if (!this.#isFailing)
          this.#options.logger.warn({ pod: key, err: error }, 'history of manifests cannot be written')
        this.#isFailing = true
      }
    }
  }

  async #writePod(key: PodKey, news: readonly RevisionNews[]): Promise<void> {
    await this.#makeFolder()
    const { directory } = this.#options
    const name = recordFileName(key)
    const known = await this.#read(join(directory, name))
    const before = known ?? emptyHistory(key)
    const after = news.reduce(withNews, before)
    if (after === before) return
    if (known === null) await this.#makeRoom()
    await writeWhole(directory, name, `${JSON.stringify({ format, history: after })}\n`, { isFlushed: false })
  }

  /** null when there is none, or none that can be read. */
  async #read(path: string): Promise<PodHistory | null> {
    let text: string
    try {
      text = await readFile(path, 'utf8')
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return null
      throw stateError(`cannot read ${path}`, error)
    }
    const history = decoded(text)
    if (history === null) this.#options.logger.warn({ file: path }, 'a damaged history of manifests is given up')
    return history
  }

  async #makeFolder(): Promise<void> {
    if (this.#hasFolder) return
    const { directory } = this.#options
    try {
      await makeFolders(directory, 0o700)
      await removeHalfWritten(directory)
    } catch (error) {
      throw stateError(`cannot make ${directory}`, error)
    }
    this.#hasFolder = true
  }

  async #names(): Promise<string[]> {
    try {
      const names = await readdir(this.#options.directory)
      return names.filter((name) => name.endsWith('.json') && !name.startsWith('.')).sort()
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return []
      throw stateError(`cannot read ${this.#options.directory}`, error)
    }
  }

  /** For one more: those whose manifest has not changed for the longest time go. */
  async #makeRoom(): Promise<void> {
    const names = await this.#names()
    if (names.length < mostPods) return
    const { directory } = this.#options
    const dated: { readonly name: string; readonly atMs: number }[] = []
    for (const name of names) dated.push({ name, atMs: (await stat(join(directory, name))).mtimeMs })
    dated.sort((a, b) => a.atMs - b.atMs)
    for (const { name } of dated.slice(0, names.length - mostPods + 1)) await rm(join(directory, name), { force: true })
  }
}

function decoded(text: string): PodHistory | null {
  try {
    const content: unknown = JSON.parse(text)
    if (typeof content !== 'object' || content === null || !('history' in content)) return null
    if (!('format' in content) || content.format !== format) return null
    return isHistory(content.history) ? content.history : null
  } catch {
    return null
  }
}
