/** A part of a volume: what is mounted, and what must never be. */

import { execFileSync, spawn } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'

import { podUid, type SubPathMount } from '../../../lib/pod/index.js'
import type { LocalVolumeStore } from '../../../lib/volume/index.js'
import { volumeStore } from '../../support/volume-store.js'

const uid = podUid('9d1c1b0e-0000-4000-8000-000000000003')
const needsRoot = { skip: process.getuid?.() !== 0 && 'needs root to mount' }

interface Place {
  readonly root: string
  readonly pods: string
  /** Of the volume. */
  readonly volume: string
  readonly store: LocalVolumeStore
  readonly at: (subPath: string, fields?: Partial<SubPathMount>) => Promise<string>
}

function aPlace(t: Test): Place {
  const { root, pods, store } = volumeStore(t)
  t.teardown(() => store.removePod(uid))
  const volume = join(root, 'volume')
  mkdirSync(volume)
  writeFileSync(join(root, 'precious'), 'of the host')
  return {
    root,
    pods,
    volume,
    store,
    at: (subPath, fields = {}) =>
      store.prepareSubPath(uid, 'app', {
        volume: 'data',
        volumePath: volume,
        subPath,
        written: `subPath "${subPath}"`,
        isMadeWhenMissing: true,
        index: 0,
        mountPath: '/data',
        readOnly: false,
        ...fields,
      }),
  }
}

const mountsBelow = (folder: string): string[] =>
  readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .filter((line) => line.includes(folder))

await t.test(
  'a folder or a file of a volume is mounted at a place of the pod’s own, and once',
  needsRoot,
  async (t) => {
    const { pods, volume, store, at } = aPlace(t)
    mkdirSync(join(volume, 'a/b'), { recursive: true })
    writeFileSync(join(volume, 'a/b/file'), 'inside')
    const folder = await at('a/b')
    t.equal(folder, join(pods, uid, 'volume-subpaths', 'data', 'app', '0'))
    t.strictSame(readdirSync(folder), ['file'])
    const file = await at('a/b/file', { index: 1 })
    t.equal(readFileSync(file, 'utf8'), 'inside')
    t.equal(await at('a/b'), folder)
    t.equal(mountsBelow(pods).length, 2)
    writeFileSync(join(folder, 'new'), 'from the container')
    t.equal(readFileSync(join(volume, 'a/b/new'), 'utf8'), 'from the container')
    await store.removePod(uid)
    t.strictSame(mountsBelow(pods), [])
    t.strictSame(
      readdirSync(join(volume, 'a/b')).sort(),
      ['file', 'new'],
      'what was mounted is not removed with the pod',
    )
  },
)

await t.test('what was replaced since is mounted anew, and what a reboot took away again', needsRoot, async (t) => {
  const { pods, volume, at } = aPlace(t)
  mkdirSync(join(volume, 'v'))
  writeFileSync(join(volume, 'v/1'), '')
  const place = await at('v')
  renameSync(join(volume, 'v'), join(volume, 'old'))
  mkdirSync(join(volume, 'v'))
  writeFileSync(join(volume, 'v/2'), '')
  t.strictSame(readdirSync(await at('v')), ['2'])
  execFileSync('umount', [place])
  t.strictSame(readdirSync(await at('v')), ['2'])
  rmSync(join(volume, 'v'), { recursive: true })
  writeFileSync(join(volume, 'v'), 'a file now')
  t.equal(readFileSync(await at('v'), 'utf8'), 'a file now')
  t.equal(mountsBelow(pods).length, 1)
})

await t.test('a missing folder is made with the volume’s mode, whatever the umask', needsRoot, async (t) => {
  const { volume, at } = aPlace(t)
  chmodSync(volume, 0o2775)
  const before = process.umask(0o077)
  t.teardown(() => process.umask(before))
  await at('logs/app')
  t.equal(statSync(join(volume, 'logs/app')).mode & 0o7777, 0o2775)
  t.equal(statSync(join(volume, 'logs')).mode & 0o7777, 0o2775)
  await t.rejects(at('no.conf', { isMadeWhenMissing: false }), {
    code: 'VOLUME_FAILED',
    message: 'subPath "no.conf" of volume "data": there is no such file; names of keys are written exactly as they are',
  })
  t.notOk(existsSync(join(volume, 'no.conf')))
})

await t.test('a link inside the volume is followed, one that leads out is not', needsRoot, async (t) => {
  const { root, volume, at } = aPlace(t)
  mkdirSync(join(volume, 'real'))
  writeFileSync(join(volume, 'real/file'), 'inside')
  symlinkSync('real', join(volume, 'link'))
  t.equal(readFileSync(join(await at('link'), 'file'), 'utf8'), 'inside')
  t.equal(readFileSync(await at('link/file', { index: 1 }), 'utf8'), 'inside')
  const out = [
    ['/etc', 'passwd'],
    ['../precious', ''],
    [root, 'precious'],
    ['real/../../precious', ''],
    ['..', 'made'],
  ] as const
  for (const [index, [target, below]] of out.entries()) {
    symlinkSync(target, join(volume, `out${index}`))
    const subPath = join(`out${index}`, below)
    await t.rejects(
      at(subPath),
      { code: 'VOLUME_FAILED', message: `subPath "${subPath}" of volume "data" leads out of the volume` },
      target,
    )
  }
  t.notOk(existsSync(join(root, 'made')))
  for (const bad of ['../precious', 'real/../../precious', '/etc/passwd']) {
    await t.rejects(at(bad), {
      code: 'VOLUME_FAILED',
      message: `subPath "${bad}" of volume "data" leads out of the volume`,
    })
  }
  symlinkSync('nowhere', join(volume, 'dangling'))
  symlinkSync('loop', join(volume, 'loop'))
  symlinkSync('/nowhere/at/all', join(volume, 'escaping'))
  const nowhere = 'a link that leads nowhere; only one to something in the volume can be mounted'
  for (const [bad, why] of [
    ['dangling', `is ${nowhere}`],
    ['escaping', `is ${nowhere}`],
    ['dangling/x', `leads through ${nowhere}`],
    ['loop', 'leads through a link that leads back to itself'],
    ['loop/x', 'leads through a link that leads back to itself'],
    ['real/file/x', 'leads through a file, which is no folder'],
    ['n'.repeat(300), ': ENAMETOOLONG: name too long'],
  ] as const) {
    const message = `subPath "${bad}" of volume "data"${why.startsWith(':') ? '' : ' '}${why}`
    await t.rejects(at(bad), { code: 'VOLUME_FAILED', message })
  }
  await t.rejects(
    at('dangling', { written: 'subPathExpr "$(T)"' }),
    { message: `subPathExpr "$(T)" of volume "data" is ${nowhere}` },
    'what it became is not told',
  )
  for (const bad of ['..', 'a/b', ''])
    await t.rejects(at('real', { volume: bad }), { code: 'VOLUME_FAILED', message: /cannot name a folder/ })
})

await t.test('a folder that a container swaps for a link all the time never leads out', needsRoot, async (t) => {
  const { root, pods, volume, at } = aPlace(t)
  mkdirSync(join(root, 'host/inner'), { recursive: true })
  writeFileSync(join(root, 'host/inner/secret'), 'of the host')
  mkdirSync(join(volume, 'dir/inner'), { recursive: true })
  symlinkSync(join(root, 'host'), join(volume, 'evil'))
  // Exchanges the two in one moment, so that one of them is always there: as bad as it can be made.
  const renameat2 = process.arch === 'arm64' ? 276 : 316
  const swap = `use strict; use warnings; my $end = time + 60;
    while (time < $end && !-e "$ARGV[0]/../stop") { syscall(${renameat2}, -100, "$ARGV[0]/dir", -100, "$ARGV[0]/evil", 2); }`
  const swapper = spawn('perl', ['-e', swap, volume], { stdio: 'ignore' })
  const ended = new Promise((resolve) => swapper.once('close', resolve))
  let [mounted, refused] = [0, 0]
  for (let round = 0; round < 150; round++) {
    try {
      const place = await at(round % 2 === 0 ? 'dir/inner' : 'dir/inner/made', { index: round % 2 })
      mounted += 1
      t.notOk(existsSync(join(place, 'secret')), `round ${round}`)
    } catch (error) {
      refused += 1
      t.match(error, { code: 'VOLUME_FAILED' })
    }
  }
  writeFileSync(join(root, 'stop'), '')
  await ended
  t.strictSame(readdirSync(join(root, 'host/inner')), ['secret'], 'nothing was made outside either')
  t.notOk(mountsBelow(pods).some((line) => line.includes(join(root, 'host'))))
  t.comment(`${mounted} mounted, ${refused} refused`)
  t.ok(mounted > 0 && refused > 0, 'the swaps did meet the mounts')
})

await t.test('who is not root is told what to do instead', async (t) => {
  const { at } = aPlace(t)
  const getuid = process.getuid
  process.getuid = () => 1000
  t.teardown(() => Object.assign(process, { getuid }))
  await t.rejects(at('a'), {
    code: 'VOLUME_FAILED',
    message:
      'subPath "a" of volume "data" has to be mounted, which only root may do; run podkeep as root or mount the whole volume',
  })
})
