/** How much is in a volume: what counts, what does not, and that it ends. */

import { linkSync, mkdirSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'

import { podUid, sizeText } from '../../../lib/pod/index.js'
import { volumeStore } from '../../support/volume-store.js'

const uid = podUid('9d1c1b0e-0000-4000-8000-000000000003')
const volume = { kind: 'emptyDir', name: 'cache', medium: '', sizeLimitBytes: 1 } as const
const mebi = 2 ** 20
const enough = 1000 * mebi

async function aVolume(t: Test): Promise<{ path: string; measure: (limitBytes?: number) => Promise<number> }> {
  const { store } = volumeStore(t)
  const path = await store.prepare(uid, volume)
  return { path, measure: (limitBytes = enough) => store.measure(uid, volume, limitBytes) }
}

/** Folders take something of their own, too. */
const isAbout = (t: Test, bytes: number, wanted: number, why: string): boolean =>
  t.ok(bytes >= wanted && bytes < wanted + mebi / 2, `${why}: ${String(bytes)} is about ${String(wanted)}`)

await t.test('files count by the blocks they take, each once, wherever they are in the volume', async (t) => {
  const { path, measure } = await aVolume(t)
  isAbout(t, await measure(), 0, 'nothing is in it but the folder itself')
  writeFileSync(join(path, 'one'), Buffer.alloc(mebi, 1))
  isAbout(t, await measure(), mebi, 'a file')
  linkSync(join(path, 'one'), join(path, 'again'))
  isAbout(t, await measure(), mebi, 'another name is not another file')
  writeFileSync(join(path, 'hole'), '')
  truncateSync(join(path, 'hole'), 100 * mebi)
  isAbout(t, await measure(), mebi, 'a hole takes nothing')
  mkdirSync(join(path, 'a/b/c'), { recursive: true })
  writeFileSync(join(path, 'a/b/c/.two'), Buffer.alloc(mebi, 2))
  isAbout(t, await measure(), 2 * mebi, 'in folders, too')
})

await t.test('no link leads out of the volume', async (t) => {
  const { path, measure } = await aVolume(t)
  symlinkSync('/usr', join(path, 'usr'))
  symlinkSync('.', join(path, 'loop'))
  symlinkSync('/proc/self/root', join(path, 'root'))
  isAbout(t, await measure(), 0, 'links')
})

await t.test('more than was asked about need not be counted to its end', async (t) => {
  const { path, measure } = await aVolume(t)
  for (let at = 0; at < 200; at++) writeFileSync(join(path, String(at)), Buffer.alloc(mebi / 16, 1))
  const some = await measure(mebi)
  t.ok(some > mebi && some < 6 * mebi, String(some))
  isAbout(t, await measure(), 12.5 * mebi, 'all of it')
})

await t.test('a deep tree ends, and what is gone counts nothing', async (t) => {
  const { path, measure } = await aVolume(t)
  const names = Array.from({ length: 100 }, () => 'd')
  mkdirSync(join(path, ...names), { recursive: true })
  writeFileSync(join(path, ...names, 'file'), Buffer.alloc(mebi, 1))
  const bytes = await measure()
  t.ok(bytes >= mebi, String(bytes))
  rmSync(path, { recursive: true })
  t.equal(await measure(), 0)
  symlinkSync('/usr', path)
  t.ok((await measure()) < 4096, 'nor what stands in its place')
})

await t.test('amounts are written as Kubernetes writes them', (t) => {
  const cases = [
    [1, '1'],
    [1000, '1k'],
    [1024, '1Ki'],
    [1536, '1536'],
    [3 * 2 ** 29, '1536Mi'],
    [2 ** 30, '1Gi'],
    [500_000_000, '500M'],
  ] as const
  for (const [bytes, text] of cases) t.equal(sizeText(bytes), text)
  t.end()
})
