/**
 * Files of this machine as a tar archive, and back.
 *
 * A1  What a container sends never reaches beyond the target: a name that leads out of it is refused, and links are left out.
 */

import { createReadStream, createWriteStream } from 'node:fs'
import { lstat, mkdir, readdir, stat, utimes } from 'node:fs/promises'
import { dirname, join, posix, resolve, sep } from 'node:path'
import { PassThrough, type Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { extract, pack, type Header, type Pack } from 'tar-stream'

import { CommandError } from './command-error.js'
import { exitCode } from './exit-code.js'

type Note = (text: string) => void

/** @param name what `path` is called in the archive */
export function packFiles(path: string, name: string, note: Note): Readable {
  const archive = pack()
  // A link that is named outright is followed.
  stat(path)
    .then((found) => packOne(archive, path, name, found, note))
    .then(
      () => archive.finalize(),
      (error: unknown) => archive.destroy(error instanceof Error ? error : new Error(String(error))),
    )
  // tar-stream's streams are not Node's own.
  const stream = new PassThrough()
  archive.on('error', (error) => stream.destroy(error))
  archive.pipe(stream)
  return stream
}

async function packOne(archive: Pack, path: string, name: string, found: Awaited<ReturnType<typeof stat>>, note: Note) {
  const header = { name, mode: Number(found.mode) & 0o7777, mtime: found.mtime }
  if (found.isDirectory()) {
    archive.entry({ ...header, type: 'directory' })
    for (const child of (await readdir(path)).sort()) {
      const below = join(path, child)
      await packOne(archive, below, posix.join(name, child), await lstat(below), note)
    }
  } else if (found.isFile()) {
    const entry = archive.entry({ ...header, size: Number(found.size) })
    await pipeline(createReadStream(path, { end: Math.max(0, Number(found.size) - 1) }), entry)
  } else note(`podkeep: ${path} is left out: it is neither a file nor a directory\n`)
}

/** The archive's first name becomes `target`. */
export async function unpackFiles(archive: Readable, target: string, note: Note): Promise<void> {
  const entries = extract()
  archive.on('error', (error) => entries.destroy(error))
  archive.pipe(entries)
  const root = resolve(target)
  for await (const entry of entries) {
    const { header } = entry
    const below = header.name.split('/').filter((part) => part !== '' && part !== '.')
    const path = join(root, ...below.slice(1))
    if (below.includes('..') || !(path === root || path.startsWith(`${root}${sep}`))) {
      throw new CommandError(exitCode.problem, `the container sends a file outside of ${target}: ${header.name}`)
    }
    await unpackOne(entry as unknown as Readable, header, path, note)
    entry.resume()
  }
}

async function unpackOne(entry: Readable, header: Header, path: string, note: Note): Promise<void> {
  const mode = header.mode & 0o777
  if (header.type === 'directory') await mkdir(path, { recursive: true, mode: mode | 0o700 })
  else if (header.type === 'file' || header.type === 'contiguous-file') {
    await mkdir(dirname(path), { recursive: true })
    await pipeline(entry, createWriteStream(path, { mode }))
    await utimes(path, header.mtime, header.mtime)
  } else note(`podkeep: ${header.name} is left out: it is a ${header.type}, neither a file nor a directory\n`)
}
