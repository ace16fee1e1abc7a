/** How much is in folders: counted as du does, beside everything else, and not over and over. */

import { execFileSync } from 'node:child_process'
import { linkSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'

import { DiskMeter } from '../../../lib/node/disk-meter.js'
import { LocalMachine } from '../../../lib/node/index.js'
import { eventually } from '../../support/eventually.js'

function newFolder(t: Test): string {
  const folder = mkdtempSync(join(tmpdir(), 'podkeep-disk-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

const minute = 60_000

await t.test('a folder has what du says: links are not followed, and what has two names counts once', async (t) => {
  const folder = newFolder(t)
  mkdirSync(join(folder, 'a/b'), { recursive: true })
  writeFileSync(join(folder, 'a/b/large'), Buffer.alloc(300_000, 'x'))
  writeFileSync(join(folder, 'small'), 'x')
  linkSync(join(folder, 'a/b/large'), join(folder, 'again'))
  symlinkSync('/usr', join(folder, 'out'))
  const meter = new DiskMeter()
  t.equal(meter.use(folder), null, 'not measured yet')
  await meter.settled()
  await eventually(() => meter.use(folder) !== null)
  const use = meter.use(folder)!
  const du = (...flags: string[]): number =>
    Number(
      execFileSync('du', ['-s', ...flags, folder])
        .toString()
        .split('\t')[0],
    )
  t.equal(use.usedBytes, du('-B1'))
  t.equal(use.inodesUsed, du('--inodes'))
  t.ok(use.disk.capacityBytes > use.disk.availableBytes && use.disk.inodes > 0)
  t.equal(use.isTmpfs, false)
})

await t.test('it is measured again a minute later, when somebody asks, and what is gone is not known', async (t) => {
  const folder = newFolder(t)
  let nowMs = 1_000_000
  const meter = new DiskMeter(() => nowMs)
  await eventually(() => meter.use(folder) !== null)
  const before = meter.use(folder)
  writeFileSync(join(folder, 'more'), Buffer.alloc(100_000, 'x'))
  nowMs += minute - 1
  t.same(meter.use(folder), before)
  await meter.settled()
  t.same(meter.use(folder), before, 'not yet')
  nowMs += 1
  t.same(meter.use(folder), before, 'the one before, while it is measured')
  await eventually(() => meter.use(folder)!.usedBytes > before!.usedBytes)
  rmSync(folder, { recursive: true })
  nowMs += minute
  await eventually(() => meter.use(folder) === null)
})

await t.test('a file has what its rotated ones have, too', async (t) => {
  const folder = newFolder(t)
  for (const name of ['x.log', 'x.log.1', 'x.log.2.gz', 'other.log']) {
    writeFileSync(join(folder, name), Buffer.alloc(10_000, 'x'))
  }
  const meter = new DiskMeter()
  meter.use(join(folder, 'x.log'))
  await eventually(() => meter.use(join(folder, 'x.log')) !== null)
  t.match(meter.use(join(folder, 'x.log')), { inodesUsed: 3, usedBytes: 3 * 12_288 })
})

await t.test('the volumes of a pod are those in its folder, and no uid leads elsewhere', async (t) => {
  const directory = newFolder(t)
  const volumes = join(directory, 'pods/uid-1/volumes')
  mkdirSync(join(volumes, 'kubernetes.io~empty-dir/data'), { recursive: true })
  mkdirSync(join(volumes, 'kubernetes.io~configmap/settings'), { recursive: true })
  const machine = new LocalMachine({ directory })
  await eventually(() => machine.volumes('uid-1').length === 2)
  t.strictSame(
    machine
      .volumes('uid-1')
      .map(({ name }) => name)
      .sort(),
    ['data', 'settings'],
  )
  t.strictSame(machine.volumes('uid-2'), [])
  t.strictSame(machine.volumes('../pods/uid-1'), [])
})
