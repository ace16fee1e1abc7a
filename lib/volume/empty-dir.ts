/**
 * emptyDir: a folder that everybody may write to and that lives as long as the pod; with medium Memory a tmpfs, or a file system of huge pages.
 * One of another medium than is wanted makes way. Containers that began with it go on using it: a file system that is unmounted here goes
 * with the last of them, and a folder is set aside until somebody says that it may go.
 */

import { chmod, lstat, mkdir, mkdtemp, readdir, rename, statfs } from 'node:fs/promises'
import { dirname, join } from 'node:path'

import { codeOf, makeFolders } from '../disk/index.js'
import { sizeText, type EmptyDirVolume } from '../pod/index.js'
import { volumeError, volumeFailure } from './failure.js'
import { requireHugePages } from './huge-pages.js'
import { mountedAt, mountHugePages, mountTmpfs, resizeTmpfs, unmountAllBelow, type MountedThere } from './mounts.js'
import { giveTree } from './ownership.js'

/** @param aside a folder for what was there before and may still be used */
export async function prepareEmptyDir(path: string, volume: EmptyDirVolume, aside: string): Promise<string> {
  if (volume.medium !== '' && process.getuid?.() !== 0) {
    const what = volume.medium === 'Memory' ? 'a tmpfs' : 'a hugetlbfs'
    throw volumeFailure(
      `emptyDir volume "${volume.name}": medium ${volume.medium} needs ${what}, which only root may mount; run podkeep as root or leave out "medium: ${volume.medium}"`,
    )
  }
  try {
    await makeFolders(dirname(path), 0o750)
    const there = await mountedAt(path)
    const isOther = !isMedium(there, volume)
    if (isOther && there === null) await setAside(path, aside)
    if (isOther && there !== null) await unmountAllBelow(path)
    await makeFolder(path)
    if (isOther && volume.medium !== '') await mountMedium(path, volume)
    // Once: what is made in it later belongs to the group by itself.
    if (volume.owner !== undefined) await giveTree(path, { ...volume.owner, onlyOnMismatch: true })
    return path
  } catch (error) {
    throw volumeError(`cannot make emptyDir volume "${volume.name}"`, error)
  }
}

/** Whatever is mounted there is in memory, with the size that its last edit gave it. */
export async function resizeEmptyDir(path: string, { name, sizeLimitBytes }: EmptyDirVolume): Promise<void> {
  try {
    const there = await mountedAt(path)
    if (there?.type !== 'tmpfs' || isSize(there, sizeLimitBytes)) return
    const { blocks, bfree, bsize } = await statfs(path)
    const usedBytes = (blocks - bfree) * bsize
    if (sizeLimitBytes !== null && usedBytes > sizeLimitBytes) {
      throw volumeFailure(
        `emptyDir volume "${name}" holds ${sizeText(usedBytes)}, more than the ${sizeText(sizeLimitBytes)} it is to have: it keeps its ${sizeText(blocks * bsize)} until enough of that is removed`,
      )
    }
    await resizeTmpfs(path, there, sizeLimitBytes)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return
    throw volumeError(`cannot change the size of emptyDir volume "${name}"`, error)
  }
}

function isMedium(there: MountedThere | null, { medium, pageBytes }: EmptyDirVolume): boolean {
  if (medium !== 'HugePages') return there?.type === (medium === '' ? undefined : 'tmpfs')
  return there?.type === 'hugetlbfs' && (pageBytes === undefined || valueOf(there, 'pagesize') === pageBytes)
}

/** To the kernel's pages. */
function isSize(there: MountedThere, sizeBytes: number | null): boolean {
  const bytes = valueOf(there, 'size')
  return sizeBytes === null ? bytes === null : bytes === Math.ceil(sizeBytes / smallPageBytes) * smallPageBytes
}

const smallPageBytes = 4096

/** `size=1024k`, `pagesize=2M`; null: it has no such option. */
function valueOf({ options }: MountedThere, option: string): number | null {
  const text = options.find((one) => one.startsWith(`${option}=`))?.slice(option.length + 1)
  const [, digits, unit = ''] = /^(\d+)([kKMG]?)$/.exec(text ?? '') ?? []
  return digits === undefined ? null : Number(digits) * 1024 ** ' KMG'.indexOf(unit === '' ? ' ' : unit.toUpperCase())
}

/** An empty one need not go: another is mounted over it. */
async function setAside(path: string, aside: string): Promise<void> {
  try {
    if ((await readdir(path)).length === 0) return
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return
    throw error
  }
  await makeFolders(aside, 0o700)
  // Onto an empty folder: that is replaced.
  await rename(path, await mkdtemp(join(aside, 'volume-')))
}

async function mountMedium(
  path: string,
  { medium, pageBytes, sizeLimitBytes: sizeBytes }: EmptyDirVolume,
): Promise<void> {
  if (medium === 'Memory' || pageBytes === undefined) {
    await mountTmpfs(path, { mode: '0777', sizeBytes })
    return
  }
  await requireHugePages(pageBytes)
  await mountHugePages(path, { mode: '0777', pageBytes, sizeBytes })
}

/** The mode is set once, at birth, and whatever the umask: later it is the pod's own business. */
async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { mode: 0o700 })
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error
    const stats = await lstat(path)
    if (!stats.isDirectory()) throw volumeFailure(`${path} is not a folder`)
    if ((stats.mode & 0o777) !== 0o700) return
  }
  await chmod(path, 0o777)
}
