/** Mounted file systems, by the kernel's list and the system's own mount and umount commands. */

import { execFile } from 'node:child_process'
import { readFile, realpath } from 'node:fs/promises'
import { release } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { promisify } from 'node:util'

import { volumeFailure } from './failure.js'

const run = promisify(execFile)
const deadlineMs = 20_000

export interface MountedThere {
  /** `tmpfs` */
  readonly type: string
  /** Of the file system, as the kernel writes them: `size=1024k`. */
  readonly options: readonly string[]
}

export async function isMountPoint(path: string): Promise<boolean> {
  return (await mountedAt(path)) !== null
}

/** The uppermost; null: nothing is mounted just there. */
export async function mountedAt(path: string): Promise<MountedThere | null> {
  const name = await trueName(path)
  return (await mounts()).findLast((one) => one.point === name) ?? null
}

/** Kept out of the swap too, from the kernel that can (6.4) on. */
export async function mountTmpfs(path: string, { mode, sizeBytes }: TmpfsOptions): Promise<void> {
  const options = sizeBytes === null ? [`mode=${mode}`] : [`mode=${mode}`, `size=${sizeBytes}`]
  const mount = (withMore: readonly string[]): Promise<void> =>
    command('mount', ['-t', 'tmpfs', '-o', [...options, ...withMore].join(','), 'tmpfs', path])
  const [major = 0, minor = 0] = release().split('.').map(Number)
  if (major > 6 || (major === 6 && minor >= 4)) await mount(['noswap']).catch(() => mount([]))
  else await mount([])
}

interface TmpfsOptions {
  /** `0755` */
  readonly mode: string
  /** null: half of the machine's memory, or all of its huge pages. */
  readonly sizeBytes: number | null
}

/** What is in it stays; the kernel refuses a size that is less than that. */
export async function resizeTmpfs(path: string, { options }: MountedThere, sizeBytes: number | null): Promise<void> {
  // Half of the memory is what one without a size has. Whether it may be swapped out cannot be changed, and has to be said again.
  const size = `size=${sizeBytes ?? '50%'}`
  const kept = options.filter((one) => one === 'noswap')
  await command('mount', ['-t', 'tmpfs', '-o', ['remount', size, ...kept].join(','), 'tmpfs', path])
}

/** `sizeBytes` is rounded to whole pages by the kernel. */
export async function mountHugePages(
  path: string,
  { mode, sizeBytes, pageBytes }: TmpfsOptions & { readonly pageBytes: number },
): Promise<void> {
  const options = [`mode=${mode}`, `pagesize=${pageBytes}`, ...(sizeBytes === null ? [] : [`size=${sizeBytes}`])]
  await command('mount', ['-t', 'hugetlbfs', '-o', options.join(','), 'hugetlbfs', path])
}

/** The path is handed to the kernel as it is, so that one of what is open leads to just that. */
export async function bindMount(source: string, path: string): Promise<void> {
  await command('mount', ['--no-canonicalize', '--bind', source, path])
}

/** Also of the folder itself. Innermost and uppermost first; one that is in use is detached and goes when its last user ends. */
export async function unmountAllBelow(folder: string): Promise<void> {
  const top = await trueName(folder)
  const inside = async (): Promise<string[]> =>
    (await mounts())
      .map(({ point }) => point)
      .filter((point) => point === top || point.startsWith(`${top}/`))
      .sort()
  for (const point of (await inside()).reverse()) {
    await command('umount', ['--no-canonicalize', point]).catch(() =>
      command('umount', ['--no-canonicalize', '-l', point]),
    )
  }
  const left = await inside()
  if (left.length > 0) throw volumeFailure(`${left.join(', ')} is still mounted, so ${folder} is left as it is`)
}

/** The folder's own last name may be a link, which is not followed. */
async function trueName(path: string): Promise<string> {
  return join(await realpath(dirname(path)), basename(path))
}

/** Behind a dash stand the type, the source and the options of the file system. Source: proc(5). */
async function mounts(): Promise<(MountedThere & { readonly point: string })[]> {
  const text = await readFile('/proc/self/mountinfo', 'utf8')
  const lines = text.split('\n').filter((line) => line !== '')
  return lines.map((line) => {
    const [ofMount = '', ofFileSystem = ''] = line.split(' - ')
    const [type = '', , options = ''] = ofFileSystem.split(' ')
    return { point: withoutEscapes(ofMount.split(' ')[4] ?? ''), type, options: options.split(',') }
  })
}

/** The kernel writes space, tab, newline and backslash as octal numbers. Source: proc(5). */
function withoutEscapes(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_all, digits: string) => String.fromCharCode(parseInt(digits, 8)))
}

async function command(program: string, args: readonly string[]): Promise<void> {
  try {
    await run(program, args, { timeout: deadlineMs, killSignal: 'SIGKILL' })
  } catch (error) {
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : ''
    const words = said !== '' ? said : error instanceof Error ? error.message : String(error)
    throw volumeFailure(`${program} ${args.join(' ')}: ${words}`)
  }
}
