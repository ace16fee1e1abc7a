/** Who may write the manifests: what is refused, with the command that mends it, and what is taken. */

import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import t, { type Test } from 'tap'

import type { DirectoryScan } from '../../../lib/ports/index.js'
import { DirectorySource, trustedWriters, type Writers } from '../../../lib/source/index.js'
import { directoryWriterProblem, fileWriterProblem } from '../../../lib/source/writers.js'
import { silentLogger } from '../../support/logger.js'

const isRoot = process.geteuid?.() === 0
const self = process.geteuid?.() ?? 0

function folder(t: Test): string {
  const path = realpathSync(mkdtempSync(join(tmpdir(), 'podkeep-writers-')))
  t.teardown(() => rmSync(path, { recursive: true }))
  return path
}

function writersOf(path: string, { passwd = '', group = '', users = [] as number[] } = {}): Writers {
  writeFileSync(join(path, 'passwd'), passwd)
  writeFileSync(join(path, 'group'), group)
  const { users: usual, owner } = trustedWriters({})
  return { users: new Set([...usual, ...users]), owner, passwd: join(path, 'passwd'), group: join(path, 'group') }
}

const words = (path: string, who: string, mend: string): object => ({
  message: `${path} ${who}, and whoever writes manifests can become root`,
  suggestion: `${mend} ${path}, or start podkeep with --allow-writable-manifests`,
})
const everybody = 'may be written by everybody'

await t.test('a directory of podkeep’s user is taken, below a sticky /tmp too', async (t) => {
  const root = folder(t)
  const writers = writersOf(root)
  for (const mode of [0o700, 0o755, 0o500]) {
    chmodSync(root, mode)
    t.equal(directoryWriterProblem(root, writers), null, mode.toString(8))
  }
  chmodSync(root, 0o700)
})

await t.test('one that everybody may write is not, sticky or not, nor below such a folder', async (t) => {
  const root = folder(t)
  const writers = writersOf(root)
  const inner = join(root, 'a', 'manifests')
  mkdirSync(inner, { recursive: true })
  for (const mode of [0o777, 0o1777, 0o703]) {
    chmodSync(inner, mode)
    t.same(directoryWriterProblem(inner, writers), words(inner, everybody, 'chmod o-w'), mode.toString(8))
  }
  chmodSync(inner, 0o755)
  chmodSync(join(root, 'a'), 0o777)
  t.same(directoryWriterProblem(inner, writers), words(join(root, 'a'), everybody, 'chmod o-w'))
  chmodSync(join(root, 'a'), 0o1777)
  t.equal(directoryWriterProblem(inner, writers), null, 'what lies in a sticky folder only its owner may replace')
})

await t.test('a link is as safe as the way to it and the way behind it', async (t) => {
  const root = folder(t)
  const writers = writersOf(root)
  mkdirSync(join(root, 'real'))
  mkdirSync(join(root, 'open'), { mode: 0o700 })
  symlinkSync(join(root, 'real'), join(root, 'open', 'link'))
  t.equal(directoryWriterProblem(join(root, 'open', 'link'), writers), null)
  chmodSync(join(root, 'open'), 0o777)
  t.same(directoryWriterProblem(join(root, 'open', 'link'), writers), words(join(root, 'open'), everybody, 'chmod o-w'))
})

await t.test(
  'a group counts as nobody else when nobody else is in it',
  { skip: !isRoot && 'chown needs root' },
  async (t) => {
    const root = folder(t)
    const shared = join(root, 'shared')
    mkdirSync(shared)
    chownSync(shared, self, 4242)
    chmodSync(shared, 0o775)
    const refused = words(shared, 'may be written by the members of group 4242', 'chmod g-w')
    const me = `me:x:${self}:4242:::\n`
    const ann = 'ann:x:3003:100:::\n'
    const group = (members: string): string => `users:x:100:\nmine:x:4242:${members}\n`
    const problem = (files: { passwd?: string; group?: string; users?: number[] }): unknown =>
      directoryWriterProblem(shared, writersOf(root, files))
    t.same(problem({ passwd: me, group: 'users:x:100:\n' }), refused, 'an unknown group')
    t.equal(problem({ passwd: me, group: group('') }), null)
    t.equal(problem({ passwd: me, group: group('me') }), null)
    t.same(problem({ passwd: me + ann, group: group('me,ann') }), refused)
    t.same(problem({ passwd: `${me}ann:x:3003:4242:::\n`, group: group('') }), refused, 'her first group')
    t.same(problem({ passwd: me, group: group('bob') }), refused, 'somebody unknown')
    t.equal(problem({ passwd: me + ann, group: group('ann'), users: [3003] }), null)
    t.same(directoryWriterProblem(shared, { ...writersOf(root), group: '/no/such/file' }), refused)
  },
)

await t.test('somebody else’s directory is not taken', { skip: !isRoot && 'chown needs root' }, async (t) => {
  const root = folder(t)
  const theirs = join(root, 'theirs')
  mkdirSync(theirs)
  chownSync(theirs, 3003, 3003)
  const refused = words(theirs, 'belongs to user 3003, who is neither root nor podkeep’s user', 'chown 0')
  t.same(directoryWriterProblem(theirs, writersOf(root)), refused)
  t.same(trustedWriters({ SUDO_UID: '3003' }).users.has(3003), true, 'unless it was he who started podkeep by sudo')
  t.same(trustedWriters({ SUDO_UID: 'x' }).users.has(3003), false)
  t.equal(directoryWriterProblem(theirs, writersOf(root, { users: [3003] })), null)
})

await t.test('a file that others may write, itself or where its link leads, is not taken', async (t) => {
  const root = folder(t)
  const writers = writersOf(root)
  const problem = (name: string, isLink = false): unknown => {
    const path = join(root, name)
    return fileWriterProblem(path, lstatSync(isLink ? realpathSync(path) : path, { bigint: true }), isLink, writers)
  }
  writeFileSync(join(root, 'a.yaml'), '')
  t.equal(problem('a.yaml'), null)
  chmodSync(join(root, 'a.yaml'), 0o646)
  t.same(problem('a.yaml'), words(join(root, 'a.yaml'), everybody, 'chmod o-w'))
  mkdirSync(join(root, 'open'))
  writeFileSync(join(root, 'open', 'b.yaml'), '')
  symlinkSync('open/b.yaml', join(root, 'b.yaml'))
  t.equal(problem('b.yaml', true), null)
  chmodSync(join(root, 'open'), 0o777)
  t.same(problem('b.yaml', true), words(join(root, 'open'), everybody, 'chmod o-w'))
})

await t.test('the watched directory is unreadable while others may write it, and a file in it by itself', async (t) => {
  const root = folder(t)
  const directory = join(root, 'manifests')
  mkdirSync(directory)
  writeFileSync(join(directory, 'a.yaml'), 'a')
  writeFileSync(join(directory, 'b.yaml'), 'b')
  const scans: DirectoryScan[] = []
  const source = new DirectorySource({
    ...{ directory, logger: silentLogger, writers: writersOf(root) },
    ...{ settleMs: 10, rescanMs: 50, checkMs: 20 },
  })
  t.teardown(() => source.close())
  await source.start((scan) => scans.push(scan))
  const until = async (isSo: (scan: DirectoryScan) => boolean): Promise<DirectoryScan> => {
    const deadlineMs = Date.now() + 60_000
    for (;;) {
      const last = scans.at(-1)
      if (last !== undefined && isSo(last)) return last
      if (Date.now() > deadlineMs) throw new Error(`the last scan is ${JSON.stringify(last)}`)
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
  }
  const kinds = (scan: DirectoryScan): unknown => scan.kind === 'scanned' && scan.files.map(({ kind }) => kind)
  t.same(kinds(await until(({ kind }) => kind === 'scanned')), ['read', 'read'])
  chmodSync(directory, 0o777)
  t.same(await until(({ kind }) => kind === 'unreadable'), {
    kind: 'unreadable',
    ...words(directory, everybody, 'chmod o-w'),
  })
  chmodSync(directory, 0o755)
  await until(({ kind }) => kind === 'scanned')
  chmodSync(join(directory, 'b.yaml'), 0o666)
  const open = await until((scan) => String(kinds(scan)) === 'read,unreadable')
  t.match(open, { files: [{}, words(join(directory, 'b.yaml'), everybody, 'chmod o-w')] })
  chmodSync(join(directory, 'b.yaml'), 0o644)
  t.same(kinds(await until((scan) => String(kinds(scan)) === 'read,read')), ['read', 'read'])
})
