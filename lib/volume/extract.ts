/**
 * The files of an image, unpacked into a folder.
 *
 * X1  Whatever the archive says, nothing outside the folder is made or changed: names are walked one after the other below it, through
 *     no link, and what is there is never written to.
 * X2  Owners, modes and times are kept where podkeep is root. Devices and pipes are left out: a volume has only files.
 * X3  What an engine puts into every container is left out where it is nothing but that.
 */

import { constants } from 'node:fs'
import { chmod, lchown, link, mkdir, open, rmdir, symlink, unlink, type FileHandle } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { extract, type Extract, type Header } from 'tar-stream'

import { codeOf, makeBelow, nameOf, openAlong, openFolder } from '../disk/index.js'
import { volumeFailure } from './failure.js'

/** Source: moby daemon/initlayer. Empty files of these names are made for an image that has none. */
const engineFiles = new Set(['.dockerenv', 'etc/hosts', 'etc/hostname', 'etc/resolv.conf', 'dev/console'])
const engineLinks = new Map([['etc/mtab', '/proc/mounts']])
/** And these folders; innermost first. */
const engineFolders = ['dev/pts', 'dev/shm', 'dev', 'proc', 'sys', 'etc']

const { O_CREAT, O_EXCL, O_NOFOLLOW, O_WRONLY } = constants

interface Folder {
  readonly names: readonly string[]
  readonly header: Header
}

/** @param top empty */
export async function extractArchive(archive: AsyncIterable<Uint8Array>, top: string): Promise<void> {
  const entries = extract()
  const folders: Folder[] = []
  let broken: unknown = null
  const read = pipeline(Readable.from(archive), entries)
  read.catch((error: unknown) => (broken ??= error))
  try {
    await extractAll(top, entries, folders)
  } catch (error) {
    // Of an archive that breaks off, the entries tell only that they were destroyed.
    throw broken ?? error
  }
  await read
  await finishFolders(top, folders)
}

async function extractAll(top: string, entries: Extract, folders: Folder[]): Promise<void> {
  for await (const entry of entries) {
    const { header } = entry
    const names = namesOf(header.name)
    if (!isEngines(names.join('/'), header)) {
      if (header.type === 'directory') folders.push({ names, header })
      await extractOne(top, names, header, entry as unknown as Readable)
    }
    entry.resume()
  }
}

/** @throws VOLUME_FAILED when it leads out */
function namesOf(path: string): string[] {
  const names = path.split('/').filter((name) => name !== '' && name !== '.')
  if (names.includes('..') || path.includes('\0'))
    throw volumeFailure(`the image has a file outside of itself: ${JSON.stringify(path.slice(0, 200))}`)
  return names
}

function isEngines(path: string, { type, size, linkname }: Header): boolean {
  if (type === 'symlink') return engineLinks.get(path) === linkname
  return type === 'file' && size === 0 && engineFiles.has(path)
}

async function extractOne(top: string, names: readonly string[], header: Header, content: Readable): Promise<void> {
  const name = names.at(-1)
  if (name === undefined) return
  const folder = await openParent(top, names.slice(0, -1), header.name)
  try {
    const path = `${nameOf(folder)}/${name}`
    switch (header.type) {
      case 'directory':
        await makeFolder(path)
        return
      case 'file':
      case 'contiguous-file':
        await makeFile(path, header, content)
        return
      case 'symlink':
        await replacing(path, () => symlink(header.linkname, path))
        await own(path, header)
        return
      case 'link':
        await makeLink(top, path, header)
        return
      case 'character-device':
      case 'block-device':
      case 'fifo':
    }
  } finally {
    await folder.close()
  }
}

/** Folders that the archive did not name are made. */
async function openParent(top: string, names: readonly string[], whose: string): Promise<FileHandle> {
  try {
    return await makeBelow(await openFolder(top), names, 0o755)
  } catch (error) {
    if (!['ELOOP', 'ENOTDIR', 'EEXIST'].includes(codeOf(error))) throw error
    throw volumeFailure(`the image has a file below a link or a file: ${JSON.stringify(whose.slice(0, 200))}`)
  }
}

async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { mode: 0o700 })
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error
    await (await openFolder(path)).close()
  }
}

async function makeFile(path: string, header: Header, content: Readable): Promise<void> {
  const file = await replacing(path, () => open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600))
  try {
    for await (const part of content) await file.appendFile(part as Uint8Array)
    if (process.getuid?.() === 0) await file.chown(header.uid, header.gid)
    // After the owner, which takes setuid and setgid away.
    await file.chmod(header.mode & 0o7777)
    const { mtime } = header
    await file.utimes(mtime, mtime)
  } finally {
    await file.close()
  }
}

/** Another name of a file that is there. */
async function makeLink(top: string, path: string, { linkname }: Header): Promise<void> {
  const names = namesOf(linkname)
  const folder = await openAlong(top, [...names.slice(0, -1), '.'])
  try {
    await replacing(path, () => link(`${nameOf(folder)}/${names.at(-1) ?? ''}`, path))
  } finally {
    await folder.close()
  }
}

/** Of two of one name the later counts. A folder is no name to be given away. */
async function replacing<Made>(path: string, make: () => Promise<Made>): Promise<Made> {
  try {
    return await make()
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error
    await unlink(path)
    return make()
  }
}

async function own(path: string, { uid, gid }: Header): Promise<void> {
  if (process.getuid?.() === 0) await lchown(path, uid, gid)
}

/** Last, innermost first: a folder may be one that nobody may write to. */
async function finishFolders(top: string, folders: readonly Folder[]): Promise<void> {
  for (const path of engineFolders) await removeEmpty(top, path)
  for (const { names, header } of [...folders].reverse()) {
    const folder = await openOrNull(top, names)
    if (folder === null) continue
    try {
      const path = nameOf(folder)
      if (process.getuid?.() === 0) await lchown(`${path}/.`, header.uid, header.gid)
      await chmod(path, header.mode & 0o7777)
    } finally {
      await folder.close()
    }
  }
}

/** Through no link, should the image have one there. */
async function removeEmpty(top: string, path: string): Promise<void> {
  const names = path.split('/')
  const parent = await openOrNull(top, names.slice(0, -1))
  if (parent === null) return
  try {
    await rmdir(`${nameOf(parent)}/${names.at(-1) ?? ''}`)
  } catch (error) {
    if (!['ENOENT', 'ENOTEMPTY', 'ENOTDIR'].includes(codeOf(error))) throw error
  } finally {
    await parent.close()
  }
}

async function openOrNull(top: string, names: readonly string[]): Promise<FileHandle | null> {
  try {
    return names.length === 0 ? await openFolder(top) : await openAlong(top, [...names, '.'])
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'ELOOP'].includes(codeOf(error))) return null
    throw error
  }
}
