/**
 * Who may write the manifests. Whoever can decides what runs on this machine, as root if he likes: so nobody may but root and
 * podkeep's own user, as sshd holds it with the keys that let a user in.
 *
 * W1  A path is as safe as every folder above it. A sticky folder (/tmp) counts as safe: what lies in it only its owner may replace.
 * W2  A group of nobody else is nobody else: under Debian's umask 002 a user's files are writable by his own group.
 */

import { readFileSync, realpathSync, statSync, type BigIntStats } from 'node:fs'
import { dirname } from 'node:path'

export interface Writers {
  readonly users: ReadonlySet<number>
  /** As whom the hint says to own it. */
  readonly owner: number
  /** /etc/passwd and /etc/group, or what stands in for them. */
  readonly passwd: string
  readonly group: string
}

export interface WriterProblem {
  readonly message: string
  readonly suggestion: string
}

const stickyBit = 0o1000
const groupWrite = 0o020
const othersWrite = 0o002

/** Root, podkeep's user, who started it by sudo, and the owner of everything, whom no rule can keep out. */
export function trustedWriters(env: Readonly<Record<string, string | undefined>>): Writers {
  const owner = process.geteuid?.() ?? 0
  const sudoer = owner === 0 && /^\d+$/.test(env['SUDO_UID'] ?? '') ? [Number(env['SUDO_UID'])] : []
  const users = new Set([0, owner, ...sudoer, statSync('/').uid])
  return { users, owner, passwd: '/etc/passwd', group: '/etc/group' }
}

/** Of the manifests directory, by the way that leads to it and by the way the kernel goes. @throws as stat does */
export function directoryWriterProblem(directory: string, writers: Writers): WriterProblem | null {
  const real = realpathSync(directory)
  const ways = new Set([real, ...foldersAbove(real), ...foldersAbove(directory).map((one) => realpathSync(one))])
  return firstProblem([...ways], real, writers)
}

/** Of a file, whose folder is the manifests directory unless it is a link. @throws as stat does */
export function fileWriterProblem(
  path: string,
  stats: BigIntStats,
  isLink: boolean,
  writers: Writers,
): WriterProblem | null {
  const real = isLink ? realpathSync(path) : path
  const own = problemOf(real, stats, writers)
  return own ?? (isLink ? firstProblem(foldersAbove(real), null, writers) : null)
}

/** @param target whose stickiness does not help */
function firstProblem(folders: readonly string[], target: string | null, writers: Writers): WriterProblem | null {
  for (const folder of folders) {
    const stats = statSync(folder, { bigint: true })
    const isSticky = (Number(stats.mode) & stickyBit) !== 0 && folder !== target
    const problem = problemOf(folder, stats, writers, isSticky)
    if (problem !== null) return problem
  }
  return null
}

function problemOf(path: string, stats: BigIntStats, writers: Writers, isSticky = false): WriterProblem | null {
  const [mode, uid, gid] = [Number(stats.mode), Number(stats.uid), Number(stats.gid)]
  const refusal = (who: string, mend: string): WriterProblem => ({
    message: `${path} ${who}, and whoever writes manifests can become root`,
    suggestion: `${mend} ${path}, or start podkeep with --allow-writable-manifests`,
  })
  if (!writers.users.has(uid))
    return refusal(`belongs to user ${uid}, who is neither root nor podkeep’s user`, `chown ${writers.owner}`)
  if (isSticky) return null
  if ((mode & othersWrite) !== 0) return refusal('may be written by everybody', 'chmod o-w')
  if ((mode & groupWrite) !== 0 && !isOfNobodyElse(gid, writers))
    return refusal(`may be written by the members of group ${gid}`, 'chmod g-w')
  return null
}

function foldersAbove(path: string): string[] {
  const above = dirname(path)
  return above === path ? [] : [above, ...foldersAbove(above)]
}

/** A group that the files do not know may have anybody in it. */
function isOfNobodyElse(gid: number, { users, passwd, group }: Writers): boolean {
  const people = records(passwd)
  const found = records(group).find(([, , id]) => id === String(gid))
  if (found === undefined) return false
  const listed = (found[3] ?? '').split(',').filter((name) => name !== '')
  const uids = new Map(people.map(([name = '', , uid]) => [name, Number(uid)]))
  const members = [
    ...people.filter(([, , , primary]) => primary === String(gid)).map(([, , uid]) => Number(uid)),
    ...listed.map((name) => uids.get(name)),
  ]
  return members.every((uid) => uid !== undefined && users.has(uid))
}

function records(file: string): string[][] {
  try {
    return readFileSync(file, 'utf8')
      .split('\n')
      .map((line) => line.split(':'))
  } catch {
    // Without the file nothing is known of any group, and none counts as safe.
    return []
  }
}
