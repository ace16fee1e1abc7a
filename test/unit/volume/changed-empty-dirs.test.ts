/** emptyDirs whose size or medium an edit changes: what is mounted, what is in them, and what those see that began with the old one. */

import { closeSync, existsSync, openSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { totalmem } from 'node:os'
import { join } from 'node:path'

import t from 'tap'

import { podUid, type EmptyDirVolume } from '../../../lib/pod/index.js'
import { volumeStore } from '../../support/volume-store.js'

const uid = podUid('7a0c9d3e-6a3f-4c55-9f1c-0d6c2b9d7c11')
const isRoot = process.getuid?.() === 0
const mebi = 2 ** 20
const inMemory = (sizeLimitBytes: number | null): EmptyDirVolume => ({
  kind: 'emptyDir',
  name: 'e',
  medium: 'Memory',
  sizeLimitBytes,
})
const onDisk: EmptyDirVolume = { ...inMemory(null), medium: '' }

const mountsAt = (path: string): string[] =>
  readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .filter((line) => line.split(' ')[4] === path)

await t.test('a volume in memory is made larger and smaller as it stands', { skip: !isRoot }, async (t) => {
  const { store } = volumeStore(t)
  const path = await store.prepare(uid, inMemory(mebi))
  t.teardown(() => store.removePod(uid))
  writeFileSync(join(path, 'file'), 'kept', { mode: 0o600 })
  const size = async (bytes: number | null): Promise<string> => {
    await store.resize(uid, inMemory(bytes))
    t.equal(mountsAt(path).length, 1)
    t.equal(readFileSync(join(path, 'file'), 'utf8'), 'kept')
    t.equal(statSync(path).mode & 0o777, 0o777)
    return /size=\d+k/.exec(mountsAt(path)[0] ?? '')?.[0] ?? ''
  }
  t.equal(await size(8 * mebi), 'size=8192k')
  writeFileSync(join(path, 'large'), Buffer.alloc(4 * mebi))
  t.equal(await size(5 * mebi - 1), 'size=5120k', 'by whole pages')
  const half = /\d+/.exec(await size(null))?.[0]
  if (half !== undefined) t.ok(Math.abs(Number(half) * 1024 - totalmem() / 2) < mebi, 'half of the memory')
  t.equal(await size(mebi * 6), 'size=6144k')
  await store.prepare(uid, inMemory(7 * mebi))
  t.match(mountsAt(path)[0], /size=6144k/, 'what is prepared again keeps its size')
})

await t.test('what holds more than it is to have keeps its size, and says so', { skip: !isRoot }, async (t) => {
  const { store } = volumeStore(t)
  const path = await store.prepare(uid, inMemory(8 * mebi))
  t.teardown(() => store.removePod(uid))
  writeFileSync(join(path, 'large'), Buffer.alloc(4 * mebi))
  await t.rejects(store.resize(uid, inMemory(mebi)), {
    code: 'VOLUME_FAILED',
    message:
      'emptyDir volume "e" holds 4Mi, more than the 1Mi it is to have: it keeps its 8Mi until enough of that is removed',
  })
  t.match(mountsAt(path)[0], /size=8192k/)
  writeFileSync(join(path, 'large'), '')
  await store.resize(uid, inMemory(mebi))
  t.match(mountsAt(path)[0], /size=1024k/)
})

await t.test('a size of what is not there, or not in memory, is nobody’s affair', { skip: !isRoot }, async (t) => {
  const { store } = volumeStore(t)
  await store.resize(uid, inMemory(mebi))
  const path = await store.prepare(uid, onDisk)
  await store.resize(uid, inMemory(mebi))
  t.same(mountsAt(path), [])
})

await t.test('another medium is another volume, and the old one stays for who has it', { skip: !isRoot }, async (t) => {
  const { store, pods } = volumeStore(t)
  const path = await store.prepare(uid, onDisk)
  t.teardown(() => store.removePod(uid))
  t.equal(await store.hasOld(uid), false)
  writeFileSync(join(path, 'file'), 'old')
  const inUse = openSync(path, 'r')
  t.teardown(() => {
    closeSync(inUse)
  })
  t.equal(await store.prepare(uid, inMemory(mebi)), path)
  t.match(mountsAt(path), [/tmpfs.*size=1024k/])
  t.same(readdirSync(path), [])
  t.equal(statSync(path).mode & 0o777, 0o777)
  t.same(readdirSync(`/proc/self/fd/${inUse}`), ['file'])
  t.equal(await store.hasOld(uid), true)
  await store.removeOld(uid)
  t.same(readdirSync(`/proc/self/fd/${inUse}`), [])
  t.equal(await store.hasOld(uid), false)

  writeFileSync(join(path, 'file'), 'in memory')
  const held = openSync(join(path, 'file'), 'r')
  t.equal(await store.prepare(uid, onDisk), path)
  t.same(mountsAt(path), [])
  t.same(readdirSync(path), [])
  t.equal(readFileSync(held, 'utf8'), 'in memory')
  closeSync(held)
  t.equal(await store.hasOld(uid), false, 'what was in memory goes with its last user')
  await store.removePod(uid)
  t.notOk(existsSync(join(pods, uid)))
})

await t.test('nothing gathers where memory is asked for over and over', { skip: !isRoot }, async (t) => {
  const { store } = volumeStore(t)
  await store.prepare(uid, onDisk)
  t.teardown(() => store.removePod(uid))
  await store.prepare(uid, inMemory(null))
  t.equal(await store.hasOld(uid), false, 'an empty folder need not be kept')
})
