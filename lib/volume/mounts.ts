/** Mounted file systems, by the kernel's list and the system's own mount and umount commands. */

import { execFile } from 'node:child_process'
import { readFile, realpath } from 'node:fs/promises'
import { release } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { promisify } from 'node:util'

import { volumeFailure } from './failure.js'

const run = promisify(execFile)
const deadlineMs = 20_000

export async function isMountPoint(path: string): Promise<boolean> {
  return (await mountPoints()).includes(await trueName(path))
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
    (await mountPoints()).filter((point) => point === top || point.startsWith(`${top}/`)).sort()
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

async function mountPoints(): Promise<string[]> {
  const text = await readFile('/proc/self/mountinfo', 'utf8')
  return text
    .split('\n')
    .map((line) => line.split(' ')[4] ?? '')
    .filter((point) => point !== '')
    .map(withoutEscapes)
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
