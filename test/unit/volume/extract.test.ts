/** The files of an image, unpacked: what is kept, what is left out, and archives that mean harm. */

import { execFileSync } from 'node:child_process'
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { pack, type Header } from 'tar-stream'

import { podUid } from '../../../lib/pod/index.js'
import { LocalVolumeStore } from '../../../lib/volume/index.js'
import { silentLogger } from '../../support/logger.js'
import { volumeStore } from '../../support/volume-store.js'

const uid = podUid('9d1c1b0e-0000-4000-8000-000000000005')
const isRoot = process.getuid?.() === 0

type Head = Partial<Header> & Pick<Header, 'name'>
type Entry = readonly [header: Head, content?: string]

async function* archiveOf(entries: readonly Entry[]): AsyncGenerator<Uint8Array> {
  const archive = pack()
  for (const [header, content] of entries) archive.entry(header, content ?? '')
  archive.finalize()
  for await (const part of archive) yield part as Uint8Array
}

interface Bench {
  readonly root: string
  readonly unpack: (entries: readonly Entry[], id?: string) => Promise<string>
}

function aBench(t: Test): Bench {
  const { root, store } = volumeStore(t)
  return { root, unpack: (entries, id = 'sha256:1') => store.prepareImage(uid, 'data', id, () => archiveOf(entries)) }
}

const file = (name: string, content = 'x', fields: Partial<Header> = {}): Entry => [
  { name, type: 'file', mode: 0o644, ...fields },
  content,
]
const folder = (name: string, mode = 0o755): Entry => [{ name, type: 'directory', mode }]

await t.test('files, folders and links are as in the image, with their modes and owners', async (t) => {
  const { unpack } = aBench(t)
  const path = await unpack([
    folder('srv/'),
    file('srv/run', '#!/bin/sh\n', { mode: 0o4755, uid: 1000, gid: 2000, mtime: new Date(86_400_000) }),
    folder('srv/closed/', 0o500),
    file('srv/closed/deep/secret', 'no', { mode: 0o400 }),
    [{ name: 'srv/again', type: 'link', linkname: 'srv/run' }],
    [{ name: 'srv/link', type: 'symlink', linkname: '/etc/passwd' }],
    [{ name: 'srv/null', type: 'character-device', devmajor: 1, devminor: 3 }],
    [{ name: 'srv/pipe', type: 'fifo' }],
  ])
  t.same(readdirSync(join(path, 'srv')).sort(), ['again', 'closed', 'link', 'run'])
  const stats = statSync(join(path, 'srv/run'))
  t.equal(stats.mode & 0o7777, 0o4755)
  if (isRoot) t.same([stats.uid, stats.gid], [1000, 2000])
  t.equal(stats.mtimeMs, 86_400_000)
  t.equal(statSync(join(path, 'srv/again')).ino, stats.ino)
  t.equal(statSync(join(path, 'srv/closed')).mode & 0o777, 0o500)
  t.equal(readlinkSync(join(path, 'srv/link')), '/etc/passwd', 'it is the container that follows it')
  t.equal(lstatSync(path).mode & 0o777, 0o755)
})

await t.test('what the engine puts into every container is left out, what the image has is not', async (t) => {
  const { unpack } = aBench(t)
  const engines: Entry[] = [
    file('.dockerenv', ''),
    folder('dev/'),
    folder('dev/pts/'),
    folder('dev/shm/'),
    file('dev/console', ''),
    folder('etc/'),
    file('etc/hosts', ''),
    file('etc/hostname', ''),
    file('etc/resolv.conf', ''),
    [{ name: 'etc/mtab', type: 'symlink', linkname: '/proc/mounts' }],
    folder('proc/'),
    folder('sys/'),
  ]
  t.same(readdirSync(await unpack([...engines, file('model.bin')])), ['model.bin'])
  const own = await unpack([...engines, file('etc/hosts', '127.0.0.1 a'), file('dev/readme')], 'sha256:2')
  t.same(readdirSync(own).sort(), ['dev', 'etc'])
  t.same(readdirSync(join(own, 'etc')), ['hosts'])
})

await t.test('an archive that means harm reaches nothing outside', async (t) => {
  const { root, unpack } = aBench(t)
  const outside = join(root, 'outside')
  mkdirSync(outside)
  writeFileSync(join(outside, 'kept'), 'kept')
  const cases: readonly (readonly [Entry[], string])[] = [
    [[file('../../evil')], 'the image has a file outside of itself: "../../evil"'],
    [[file('a/../../evil')], 'the image has a file outside of itself: "a/../../evil"'],
    [
      [[{ name: 'out', type: 'symlink', linkname: outside }], file('out/evil')],
      'the image has a file below a link or a file: "out/evil"',
    ],
    [
      [[{ name: 'out', type: 'symlink', linkname: outside }], folder('out/'), file('out/evil')],
      'cannot unpack image volume "data"',
    ],
    [[[{ name: 'hard', type: 'link', linkname: '../../../outside/kept' }]], 'the image has a file outside of itself'],
    [[file('a'), file('a/b')], 'the image has a file below a link or a file: "a/b"'],
  ]
  for (const [entries, message] of cases)
    await t.rejects(unpack(entries, `sha256:${message}${String(entries.length)}`), {
      code: 'VOLUME_FAILED',
      message: new RegExp(message.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')),
    })
  await t.rejects(
    unpack([
      [{ name: 'out', type: 'symlink', linkname: outside }],
      [{ name: 'hard', type: 'link', linkname: 'out/kept' }],
      file('hard', 'changed'),
    ]),
    { code: 'VOLUME_FAILED' },
  )
  const replaced = await unpack([
    [{ name: 'kept', type: 'symlink', linkname: join(outside, 'kept') }],
    file('kept', 'mine'),
  ])
  t.equal(
    readFileSync(join(replaced, 'kept'), 'utf8'),
    'mine',
    'a file takes the place of a link, and is not written through it',
  )
  t.same(readdirSync(outside), ['kept'])
  t.equal(readFileSync(join(outside, 'kept'), 'utf8'), 'kept')
  t.notOk(existsSync(join(root, 'evil')) || existsSync(join(root, 'pods', 'evil')))
})

await t.test('the same image is unpacked once; what broke off leaves nothing', async (t) => {
  const { root, unpack } = aBench(t)
  const path = await unpack([file('a', 'first')])
  t.equal(await unpack([file('a', 'second')]), path)
  t.equal(readFileSync(join(path, 'a'), 'utf8'), 'first')
  const other = await unpack([file('a', 'second')], 'sha256:2')
  t.equal(readFileSync(join(path, 'a'), 'utf8'), 'first', 'who looks at the earlier one keeps it')
  t.equal(readFileSync(join(other, 'a'), 'utf8'), 'second')
  const store = new LocalVolumeStore({ podsDirectory: join(root, 'pods'), logger: silentLogger })
  async function* breaking(): AsyncGenerator<Uint8Array> {
    for await (const part of archiveOf([file('a', 'x'.repeat(100_000))])) {
      yield part
      throw new Error('the engine went away')
    }
  }
  await t.rejects(store.prepareImage(uid, 'data', 'sha256:3', breaking), {
    code: 'VOLUME_FAILED',
    message: /cannot unpack image volume "data": the engine went away/,
  })
  t.same(readdirSync(join(path, '..')).sort(), ['sha256-1', 'sha256-2'])
})

await t.test('a full disk is told, and leaves nothing', { skip: !isRoot && 'needs a mount' }, async (t) => {
  const root = mkdtempSync(join(tmpdir(), 'podkeep-full-'))
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', root])
  t.teardown(() => {
    execFileSync('umount', ['-l', root])
    rmSync(root, { recursive: true, force: true })
  })
  const store = new LocalVolumeStore({ podsDirectory: join(root, 'pods'), logger: silentLogger })
  const large = (): AsyncGenerator<Uint8Array> => archiveOf([file('a', 'x'.repeat(1_000_000))])
  await t.rejects(store.prepareImage(uid, 'data', 'sha256:1', large), { code: 'HOST_DISK_FULL' })
  t.same(readdirSync(join(root, 'pods', uid, 'volumes/kubernetes.io~image/data')), [])
})
