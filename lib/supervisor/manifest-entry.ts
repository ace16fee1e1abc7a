/** One file of the directory: as it was scanned, and what it says. */

import type { DecodedFile } from '../manifest/index.js'
import type { PodKey, Problem } from '../pod/index.js'
import type { ScannedFile } from '../ports/index.js'

export interface Entry {
  readonly scanned: ScannedFile
  /** What the file says now; null when it cannot be read. */
  readonly decoded: DecodedFile | null
  /** The file alone; duplicates come on top. */
  readonly problems: readonly Problem[]
}

export function isGood(entry: Entry): entry is Entry & { readonly decoded: DecodedFile } {
  return entry.decoded !== null && entry.problems.length === 0
}

/** What other files and pods may have to do with: Services, which pods and objects there are, and whom they wait for. */
export function relations({ decoded }: Entry): string {
  const pods = decoded?.pods.map(({ pod }) => [pod.key, pod.dependsOn]) ?? []
  const services = decoded?.services.map(({ service }) => service) ?? []
  return JSON.stringify([pods, services, decoded?.objects.map(({ object }) => object.key) ?? []])
}

/** Whether an edit is allowed has to be looked at where all files are. */
export function hasImmutable({ decoded }: Entry): boolean {
  return decoded?.objects.some(({ object }) => object.isImmutable) ?? false
}

export function mentionedPods(entries: Iterable<Entry>): Map<PodKey, string> {
  const mentioned = new Map<PodKey, string>()
  for (const { scanned, decoded, problems } of entries) {
    if (problems.length === 0) continue
    for (const { pod } of decoded?.pods ?? []) mentioned.set(pod.key, scanned.name)
    for (const { pod } of problems) if (pod !== null) mentioned.set(pod, scanned.name)
  }
  return mentioned
}

export function fileProblem(file: string, message: string, suggestion: string | null): Problem {
  return { file, line: null, column: null, field: '', message, suggestion, pod: null }
}

export function withSuggestion(message: string, suggestion: string | null): string {
  return suggestion === null ? message : `${message} (${suggestion})`
}

export const whyStranger =
  'no manifest here speaks of it, and it was made by a podkeep with another state folder: this one leaves it alone (docker rm -f its containers to be rid of it)'
