/**
 * What counts as the directory's content, and what is not certain yet. Time and readings are arguments; nothing here looks at
 * a file.
 *
 * L1  A file that is being written keeps its previous content until it has been quiet for settleMs; a new one is not there yet.
 * L2  A file that always gets events but keeps its bytes is taken too, after a while, and stays under watch.
 * L3  A file counts as removed when it has been missing for a while: editors delete and re-create.
 * L4  A file that was renamed inside the directory is at its new name only.
 * L5  A reading never settles what an event after it unsettled: those bytes may be old by now.
 * L6  A quiet file whose writer has only paused waits on (open-writers.ts), and says so.
 */

import type { ScannedFile } from '../ports/index.js'
import type { FileReading, Reading } from './read-file.js'
import { behind, unfinished } from './unfinished.js'

export interface Ledger {
  readonly settleMs: number
  readonly totalLimitBytes: number
  readonly entries: Map<string, FileReading>
  readonly unsettled: Map<string, Unsettled>
  /** When each was first found missing. */
  readonly missing: Map<string, number>
  totalBytes: number
  /** How long a file must be missing; longer after the whole directory was replaced, which may still be filling. */
  missingMs: number
}

interface Unsettled {
  readonly sinceMs: number
  readonly quietSinceMs: number
  readonly readAtMs: number
  /** As read at readAtMs; null before the first reading. */
  readonly fingerprint: string | null
  /** It is quiet, and may be half all the same. */
  readonly pause: Pause | null
}

export interface Pause {
  /** When to look again. */
  readonly untilMs: number
  /** What it waits for, for people; null: for more quiet than usual, which is not worth a word. */
  readonly why: string | null
}

/** How many times settleMs events may keep a file from being taken before its bytes alone decide. */
const patience = 10

export function newLedger(settleMs: number, totalLimitBytes: number): Ledger {
  return {
    settleMs,
    totalLimitBytes,
    entries: new Map(),
    unsettled: new Map(),
    missing: new Map(),
    totalBytes: 0,
    missingMs: 2 * settleMs,
  }
}

/** An event says that the file is being written. */
export function noteWriting(ledger: Ledger, name: string, nowMs: number): void {
  const known = ledger.unsettled.get(name)
  ledger.unsettled.set(name, { ...(known ?? fresh(nowMs)), quietSinceMs: nowMs })
}

function fresh(sinceMs: number): Unsettled {
  return { sinceMs, quietSinceMs: sinceMs, readAtMs: sinceMs, fingerprint: null, pause: null }
}

/** A quiet file is not believed yet. @param quietSinceMs of one that no event told of */
export function pause(ledger: Ledger, name: string, pause: Pause, quietSinceMs: number): void {
  ledger.missing.delete(name)
  ledger.unsettled.set(name, { ...(ledger.unsettled.get(name) ?? fresh(quietSinceMs)), pause })
}

/** `whole`: the file is complete, take it. `writing`: wait for quiet. */
export function record(
  ledger: Ledger,
  name: string,
  reading: Reading,
  arrival: 'whole' | 'writing',
  nowMs: number,
): void {
  if (reading.kind === 'missing') {
    recordMissing(ledger, name, nowMs)
    return
  }
  ledger.missing.delete(name)
  if (arrival === 'whole') {
    accept(ledger, name, reading)
    return
  }
  if (ledger.unsettled.has(name)) return
  const known = ledger.entries.get(name)
  if (known !== undefined && sameFile(known.file, reading.file)) accept(ledger, name, reading)
  else noteWriting(ledger, name, nowMs)
}

/** A reading of a file that was unsettled and is due. */
export function recordDue(ledger: Ledger, name: string, reading: Reading, nowMs: number): void {
  const waiting = ledger.unsettled.get(name)
  if (reading.kind === 'missing' || waiting === undefined) {
    record(ledger, name, reading, 'writing', nowMs)
    return
  }
  const fingerprint = fingerprintOf(reading.file)
  const isQuiet = nowMs - waiting.quietSinceMs >= ledger.settleMs
  const isSteady = waiting.fingerprint === fingerprint && nowMs - waiting.readAtMs >= ledger.settleMs
  if (isQuiet || isSteady) {
    ledger.missing.delete(name)
    accept(ledger, name, reading)
  }
  if (isQuiet) return
  const readAtMs = waiting.fingerprint === fingerprint && !isSteady ? waiting.readAtMs : nowMs
  ledger.unsettled.set(name, { ...waiting, fingerprint, readAtMs })
}

/** The names to look at again now. */
export function dueNames(ledger: Ledger, nowMs: number): string[] {
  return dueTimes(ledger)
    .filter(([, dueMs]) => dueMs <= nowMs)
    .map(([name]) => name)
}

/** When to look next; null when everything is certain. */
export function nextDueMs(ledger: Ledger): number | null {
  const times = dueTimes(ledger).map(([, dueMs]) => dueMs)
  return times.length === 0 ? null : times.reduce((a, b) => Math.min(a, b))
}

/** Names found missing and not yet removed, for long enough. */
export function overdueMissing(ledger: Ledger, nowMs: number): string[] {
  return [...ledger.missing].filter(([, sinceMs]) => nowMs - sinceMs >= ledger.missingMs).map(([name]) => name)
}

export function forget(ledger: Ledger, name: string): void {
  ledger.totalBytes -= sizeBytes(ledger.entries.get(name)?.file)
  ledger.entries.delete(name)
  ledger.unsettled.delete(name)
  ledger.missing.delete(name)
}

/** The directory cannot be read: what was uncertain is found out anew when it can. */
export function forgetDoubts(ledger: Ledger): void {
  ledger.unsettled.clear()
  ledger.missing.clear()
}

/** @param refillMs how long a replaced directory may take to fill; null when it is the same one. */
export function allowRefill(ledger: Ledger, refillMs: number | null): void {
  if (refillMs !== null) ledger.missingMs = Math.max(refillMs, 2 * ledger.settleMs)
  else if (ledger.missing.size === 0) ledger.missingMs = 2 * ledger.settleMs
}

/** A file that is written for so long that the others cannot wait: it may have pods, so it must not look removed. */
export function holdPlace(ledger: Ledger, name: string): void {
  const reading = {
    kind: 'found',
    file: unfinished(name, null),
    stamp: null,
    inode: null,
    isLink: false,
    isFolder: false,
    modifiedAtMs: 0,
    endsInWrite: false,
  } as const
  ledger.entries.set(name, reading)
}

/** Files that have never been quiet since they were first seen. */
export function arriving(ledger: Ledger): string[] {
  return [...ledger.unsettled.keys()].filter((name) => !ledger.entries.has(name))
}

/** With what those wait for that are not believed yet. */
export function files(ledger: Ledger, nowMs: number): ScannedFile[] {
  const known = new Map([...ledger.entries].map(([name, { file }]) => [name, file]))
  for (const [name, waiting] of ledger.unsettled) {
    const before = known.get(name)
    const why = whyWaiting(ledger, waiting, before, nowMs)
    if (why !== null) known.set(name, behind(name, before, why))
  }
  return [...known.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** null while that is as usual, or while it says what it said before. */
function whyWaiting(
  { settleMs }: Ledger,
  { pause, sinceMs, fingerprint }: Unsettled,
  before: ScannedFile | undefined,
  nowMs: number,
): string | null {
  if (before !== undefined && fingerprint === fingerprintOf(before)) return null
  if (pause !== null && pause.why !== null) return pause.why
  return nowMs - sinceMs > patience * settleMs ? 'it has not been quiet since somebody began to write it' : null
}

export function sameFile(a: ScannedFile, b: ScannedFile): boolean {
  return a === b || (a.name === b.name && fingerprintOf(a) === fingerprintOf(b))
}

function dueTimes(ledger: Ledger): [string, number][] {
  const { settleMs } = ledger
  const unsettled = [...ledger.unsettled].map(([name, waiting]): [string, number] => {
    const quietMs = waiting.quietSinceMs + settleMs
    const isRestless = quietMs - waiting.sinceMs > patience * settleMs
    const dueMs = isRestless ? Math.min(quietMs, waiting.readAtMs + settleMs) : quietMs
    return [name, Math.max(dueMs, waiting.pause?.untilMs ?? 0)]
  })
  const missing = [...ledger.missing].map(([name, sinceMs]): [string, number] => [name, sinceMs + ledger.missingMs])
  return [...unsettled, ...missing]
}

function recordMissing(ledger: Ledger, name: string, nowMs: number): void {
  ledger.unsettled.delete(name)
  const known = ledger.entries.get(name)
  if (known === undefined) return
  if (known.file.kind === 'ignored') forget(ledger, name)
  else if (!ledger.missing.has(name)) ledger.missing.set(name, nowMs)
}

function accept(ledger: Ledger, name: string, reading: FileReading): void {
  ledger.unsettled.delete(name)
  const known = ledger.entries.get(name)
  if (known !== undefined && sameFile(known.file, reading.file)) {
    ledger.entries.set(name, { ...reading, file: known.file })
    return
  }
  for (const missingName of ledger.missing.keys()) {
    const former = ledger.entries.get(missingName)
    if (reading.inode !== null && former?.inode === reading.inode) forget(ledger, missingName)
  }
  const totalBytes = ledger.totalBytes - sizeBytes(known?.file) + sizeBytes(reading.file)
  const fits = totalBytes <= ledger.totalLimitBytes
  ledger.entries.set(name, fits ? reading : { ...reading, stamp: null, file: tooMuch(name) })
  ledger.totalBytes = fits ? totalBytes : ledger.totalBytes - sizeBytes(known?.file)
}

function sizeBytes(file: ScannedFile | undefined): number {
  return file?.kind === 'read' ? file.bytes.length : 0
}

function tooMuch(name: string): ScannedFile {
  const message = 'the directory holds more manifests than podkeep keeps in memory'
  return { kind: 'unreadable', name, message, suggestion: 'remove what is not needed' }
}

function fingerprintOf(file: ScannedFile): string {
  switch (file.kind) {
    case 'read':
      return `read ${file.fingerprint} ${file.isReadableByOthers === true ? 'open' : 'private'} ${file.waitsFor ?? ''}`
    case 'unreadable':
      return `unreadable ${file.message}`
    case 'ignored':
      return `ignored ${file.reason}`
  }
}
