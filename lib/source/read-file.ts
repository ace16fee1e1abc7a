/**
 * One look at one name of the manifests directory. Synchronous on purpose: it is the way from a rename to a started pod, a
 * manifest is small, and a thread-pool hop costs more than the read.
 *
 * F1  Nothing but a regular file is ever opened, and what was opened is looked at again before it is read: a FIFO put in a
 *     manifest's place cannot block podkeep.
 * F2  Never more than the limit is read, whatever the size said.
 */

import { createHash } from 'node:crypto'
import { closeSync, constants, fstatSync, lstatSync, openSync, readSync, statSync, type BigIntStats } from 'node:fs'
import { join } from 'node:path'

import type { ScannedFile } from '../ports/index.js'
import { ignoredReason, whyNotManifestName } from './file-name.js'
import { fileWriterProblem, type Writers } from './writers.js'

export type Reading = { readonly kind: 'missing' } | FileReading

export interface ReadTerms {
  readonly limitBytes: number
  /** null: anybody may write the file. */
  readonly writers: Writers | null
}

export interface FileReading {
  readonly kind: 'found'
  readonly file: ScannedFile
  /** While the file has this stamp its bytes are these; null when a stamp cannot promise that yet. */
  readonly stamp: string | null
  /** Names the file, through links, wherever it is moved. */
  readonly inode: string | null
  /** A link: what it leads to may change without an event in the directory. */
  readonly isLink: boolean
  readonly isFolder: boolean
  readonly modifiedAtMs: number
  /** The last thing that happened to the file was a write, not a rename: its change time is its modification time. */
  readonly endsInWrite: boolean
}

export function inodeOf(stats: BigIntStats): string {
  return `${stats.dev}:${stats.ino}:${stats.birthtimeNs}`
}

/** How long after a file's change its time stamps may still miss another one: the coarsest file system ticks every 2 s. */
const coarsestTickMs = 2_000

/** Changes with the file, unless it changes twice within one tick of its file system's clock. */
export function stampOf(stats: BigIntStats): string {
  return `${inodeOf(stats)}:${stats.size}:${stats.mtimeNs}:${stats.ctimeNs}:${stats.mode}`
}

function trustedStamp(stats: BigIntStats): string | null {
  return Math.abs(Date.now() - Number(stats.ctimeMs)) < coarsestTickMs ? null : stampOf(stats)
}

/** Its group or everybody. */
const readableByOthers = 0o044n

export function readName(directory: string, name: string, terms: ReadTerms): Reading {
  const path = join(directory, name)
  let entry: BigIntStats
  try {
    entry = lstatSync(path, { bigint: true })
  } catch (error) {
    return codeOf(error) === 'ENOENT' ? missing(name) : found(unreadable(name, error), null, false)
  }
  if (whyNotManifestName(name) !== null) return found(ignored(name, entry), entry, entry.isSymbolicLink())
  return readPath(path, name, entry, terms)
}

/** Whatever its name is. */
export function readPath(path: string, name: string, entry: BigIntStats, terms: ReadTerms): Reading {
  if (!entry.isSymbolicLink()) return readEntry(path, name, entry, terms, false)
  try {
    return readEntry(path, name, statSync(path, { bigint: true }), terms, true)
  } catch (error) {
    return found(brokenLink(name, error), entry, true)
  }
}

function readEntry(path: string, name: string, stats: BigIntStats, terms: ReadTerms, isLink: boolean): Reading {
  const { limitBytes, writers } = terms
  const kind = wrongKind(stats)
  if (kind !== null) return found(notAFile(name, kind), stats, isLink)
  if (stats.size > BigInt(limitBytes)) return found(tooLarge(name, limitBytes), stats, isLink)
  try {
    const read = readBounded(path, limitBytes)
    if (read.kind !== null) return found(notAFile(name, read.kind), read.stats, isLink)
    if (read.bytes.length > limitBytes) return found(tooLarge(name, limitBytes), read.stats, isLink)
    const problem = writers === null ? null : fileWriterProblem(path, read.stats, isLink, writers)
    if (problem !== null) return found({ kind: 'unreadable', name, ...problem }, read.stats, isLink)
    const fingerprint = createHash('sha256').update(read.bytes).digest('base64')
    const open = (read.stats.mode & readableByOthers) !== 0n && { isReadableByOthers: true as const }
    return found({ kind: 'read', name, bytes: read.bytes, fingerprint, ...open }, read.stats, isLink)
  } catch (error) {
    return codeOf(error) === 'ENOENT' ? missing(name) : found(unreadable(name, error), stats, isLink)
  }
}

interface BoundedRead {
  readonly stats: BigIntStats
  /** What it is instead of a regular file. */
  readonly kind: string | null
  readonly bytes: Buffer
}

function readBounded(path: string, limitBytes: number): BoundedRead {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY)
  try {
    const stats = fstatSync(fd, { bigint: true })
    const kind = wrongKind(stats)
    if (kind !== null) return { stats, kind, bytes: Buffer.alloc(0) }
    const expectedBytes = Math.min(Number(stats.size), limitBytes)
    let buffer = Buffer.allocUnsafeSlow(expectedBytes + 1)
    let length = 0
    for (;;) {
      const count = readSync(fd, buffer, length, buffer.length - length, null)
      length += count
      if (count === 0 || length > limitBytes) return { stats, kind: null, bytes: buffer.subarray(0, length) }
      if (length === buffer.length) buffer = grown(buffer, Math.min(2 * length, limitBytes + 1))
    }
  } finally {
    closeSync(fd)
  }
}

function grown(buffer: Buffer, lengthBytes: number): Buffer<ArrayBuffer> {
  const larger = Buffer.allocUnsafeSlow(lengthBytes)
  buffer.copy(larger)
  return larger
}

/** A name that the file system's bytes cannot be turned into and back is listed but never found. */
function missing(name: string): Reading {
  if (!name.includes('\uFFFD') || whyNotManifestName(name) !== null) return { kind: 'missing' }
  const message = 'its name is not valid UTF-8'
  return found({ kind: 'unreadable', name, message, suggestion: 'rename the file' }, null, false)
}

function found(file: ScannedFile, stats: BigIntStats | null, isLink: boolean): FileReading {
  return {
    kind: 'found',
    file,
    stamp: stats === null || file.kind !== 'read' ? null : trustedStamp(stats),
    inode: stats === null ? null : inodeOf(stats),
    isLink,
    isFolder: stats?.isDirectory() ?? false,
    modifiedAtMs: stats === null ? 0 : Number(stats.mtimeMs),
    endsInWrite: stats !== null && stats.ctimeNs === stats.mtimeNs,
  }
}

function ignored(name: string, stats: BigIntStats): ScannedFile {
  const type = stats.isDirectory() ? 'folder' : stats.isFile() ? 'file' : stats.isSymbolicLink() ? 'link' : 'other'
  return { kind: 'ignored', name, reason: ignoredReason(name, type) }
}

function wrongKind(stats: BigIntStats): string | null {
  if (stats.isFile()) return null
  if (stats.isDirectory()) return 'a folder'
  if (stats.isFIFO()) return 'a FIFO (named pipe)'
  if (stats.isSocket()) return 'a socket'
  return stats.isBlockDevice() || stats.isCharacterDevice() ? 'a device' : 'neither a file nor a folder'
}

function notAFile(name: string, kind: string): ScannedFile {
  const suggestion =
    kind === 'a folder' ? 'put its files into the manifests directory itself' : 'put a file in its place'
  return { kind: 'unreadable', name, message: `named like a manifest, but it is ${kind}`, suggestion }
}

function tooLarge(name: string, limitBytes: number): ScannedFile {
  const message = `larger than ${sizeText(limitBytes)}, the limit for a manifest file`
  return { kind: 'unreadable', name, message, suggestion: 'split it into several files' }
}

function brokenLink(name: string, error: unknown): ScannedFile {
  const code = codeOf(error)
  if (code !== 'ENOENT' && code !== 'ELOOP') return unreadable(name, error)
  const message = code === 'ELOOP' ? 'a link that leads back to itself' : 'a link to a file that does not exist'
  return { kind: 'unreadable', name, message, suggestion: 'remove the link, or put the file where it leads' }
}

function unreadable(name: string, error: unknown): ScannedFile {
  const code = codeOf(error)
  if (code === 'EACCES' || code === 'EPERM') {
    const suggestion = 'make it readable for the user podkeep runs as'
    return { kind: 'unreadable', name, message: 'podkeep has no permission to read it', suggestion }
  }
  return { kind: 'unreadable', name, message: `it cannot be read: ${textOf(error)}`, suggestion: null }
}

export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
}

export function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function sizeText(bytes: number): string {
  const mebibytes = bytes / 2 ** 20
  return Number.isInteger(mebibytes) ? `${mebibytes} MiB` : `${bytes} bytes`
}
