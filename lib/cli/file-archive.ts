/**
 * Files of this machine as a tar archive, and back.
 *
 * A1  What a container sends never reaches beyond the target: a name that leads out of it is refused, nothing is written through a
 *     link that stands in it, and links are made last, those that stay inside. (kubectl has left all of them out since CVE-2019-11251.)
 * A2  Into a container links go as they are: the engine unpacks them with the container's root as its own.
 */

import { createReadStream, createWriteStream } from 'node:fs'
import { copyFile, lstat, mkdir, readdir, readlink, rm, stat, symlink, utimes } from 'node:fs/promises'
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
  } else if (found.isSymbolicLink()) {
    archive.entry({ ...header, type: 'symlink', linkname: await readlink(path) })
  } else note(`podkeep: ${path} is left out: it is neither a file, a directory nor a link\n`)
}

/** The archive's first name becomes `target`. */
export async function unpackFiles(archive: Readable, target: string, note: Note): Promise<void> {
  const entries = extract()
  archive.on('error', (error) => entries.destroy(error))
  archive.pipe(entries)
  const root = resolve(target)
  const links: { readonly path: string; readonly header: Header }[] = []
  for await (const entry of entries) {
    const { header } = entry
    const path = pathBelow(root, header.name)
    if (path === null) {
      throw new CommandError(exitCode.problem, `the container sends a file outside of ${target}: ${header.name}`)
    }
    if (header.type === 'symlink') links.push({ path, header })
    else await unpackOne(entry as unknown as Readable, header, { root, path }, note)
    entry.resume()
  }
  for (const { path, header } of links) await unpackLink(header, { root, path }, note)
}

/** null: outside of it. */
function pathBelow(root: string, name: string): string | null {
  const below = name.split('/').filter((part) => part !== '' && part !== '.')
  return below.includes('..') ? null : join(root, ...below.slice(1))
}

interface Place {
  readonly root: string
  readonly path: string
}

async function unpackOne(entry: Readable, header: Header, place: Place, note: Note): Promise<void> {
  const { path } = place
  const mode = header.mode & 0o777
  const leaveOut = (why: string): void => note(`podkeep: ${header.name} is left out: ${why}\n`)
  if (header.type === 'directory') {
    await clearOfLinks(place)
    await mkdir(path, { recursive: true, mode: mode | 0o700 })
  } else if (header.type === 'file' || header.type === 'contiguous-file') {
    await clearOfLinks(place)
    await mkdir(dirname(path), { recursive: true })
    await pipeline(entry, createWriteStream(path, { mode }))
    await utimes(path, header.mtime, header.mtime)
  } else if (header.type === 'link') {
    // Another name of a file that came before.
    const first = pathBelow(place.root, targetOf(header))
    if (first === null || !(await isPlainFile({ ...place, path: first }))) {
      leaveOut('it is another name of a file that is not copied')
      return
    }
    await clearOfLinks(place)
    await mkdir(dirname(path), { recursive: true })
    await copyFile(first, path)
  } else leaveOut(`it is a ${header.type}, neither a file, a directory nor a link`)
}

/** An archive may leave out what its types promise. */
function targetOf({ linkname }: { readonly linkname: string | null }): string {
  return linkname ?? ''
}

async function unpackLink(header: Header, place: Place, note: Note): Promise<void> {
  const { name } = header
  const to = targetOf(header)
  const { root, path } = place
  const leaveOut = (why: string): void => note(`podkeep: ${name} is left out: it is a link to ${to}, ${why}\n`)
  if (!staysInside(root, path, to)) {
    leaveOut('which leads out of what is copied')
    return
  }
  await clearOfLinks(place)
  if ((await kindAt(path)) === 'directory') {
    leaveOut('and a directory stands there')
    return
  }
  await mkdir(dirname(path), { recursive: true })
  await rm(path, { force: true })
  await symlink(to, path)
}

/** Up and then down: what goes up again behind a name may, behind a link, be anywhere. */
function staysInside(root: string, path: string, to: string): boolean {
  const parts = to.split('/').filter((part) => part !== '' && part !== '.')
  const firstDown = parts.findIndex((part) => part !== '..')
  const down = firstDown < 0 ? [] : parts.slice(firstDown)
  const end = resolve(dirname(path), to)
  return !to.startsWith('/') && !down.includes('..') && (end === root || end.startsWith(`${root}${sep}`))
}

/** Links on the way from the target make room for what comes. The target itself may be one: it was named. */
async function clearOfLinks({ root, path }: Place): Promise<void> {
  let way = root
  for (const part of path.slice(root.length).split(sep)) {
    if (part === '') continue
    way = join(way, part)
    if ((await kindAt(way)) === 'link') await rm(way)
  }
}

async function isPlainFile({ root, path }: Place): Promise<boolean> {
  for (let way = path; way !== root && way.startsWith(root); way = dirname(way)) {
    if ((await kindAt(way)) === 'link') return false
  }
  return (await kindAt(path)) === 'file'
}

async function kindAt(path: string): Promise<'file' | 'directory' | 'link' | null> {
  try {
    const found = await lstat(path)
    return found.isSymbolicLink() ? 'link' : found.isDirectory() ? 'directory' : 'file'
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return null
    throw error
  }
}
