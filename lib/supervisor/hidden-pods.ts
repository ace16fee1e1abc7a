/** Pods that a broken file seems to speak of, and those whose manifest went when a file came that cannot be read: it may stand there now. */

import type { PodKey } from '../pod/index.js'
import { arrivedUnreadable, mentionedPods, type Entry } from './manifest-entry.js'

type Entries = ReadonlyMap<string, Entry>

export class HiddenPods {
  #mentioned: ReadonlyMap<PodKey, string> = new Map()
  readonly #files = new Map<PodKey, string>()

  /** @param before what stood in the directory until now; @param isThere still */
  note(
    entries: Entries,
    before: { readonly entries: Entries; readonly keys: readonly PodKey[] },
    isThere: (key: PodKey) => boolean,
  ): void {
    this.#mentioned = mentionedPods(entries.values())
    for (const [key, file] of this.#files) if (entries.get(file)?.scanned.kind !== 'unreadable') this.#files.delete(key)
    const arrived = arrivedUnreadable(entries, before.entries)
    if (arrived === undefined) return
    for (const key of before.keys) if (!isThere(key)) this.#files.set(key, arrived)
  }

  fileOf(key: PodKey): string | undefined {
    return this.#mentioned.get(key) ?? this.#files.get(key)
  }
}
