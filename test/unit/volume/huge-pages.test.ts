/** Volumes of huge pages: what the machine must have, and what is mounted. */

import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'

import { podUid } from '../../../lib/pod/index.js'
import { requireHugePages } from '../../../lib/volume/huge-pages.js'
import { LocalVolumeStore } from '../../../lib/volume/index.js'
import { mountHugePages, unmountAllBelow } from '../../../lib/volume/mounts.js'
import { silentLogger } from '../../support/logger.js'

const mebi = 2 ** 20
const isRoot = process.getuid?.() === 0
const hasHugePages = existsSync('/sys/kernel/mm/hugepages/hugepages-2048kB')

function aFolder(t: Test): string {
  const folder = mkdtempSync(join(tmpdir(), 'podkeep-huge-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

await t.test('a machine without such pages, or with none set aside, is told', async (t) => {
  const root = aFolder(t)
  await t.rejects(requireHugePages(2 * mebi, root), {
    code: 'VOLUME_FAILED',
    message: 'this machine has no huge pages of 2Mi',
  })
  mkdirSync(join(root, 'hugepages-1048576kB'))
  const place = join(root, 'hugepages-1048576kB', 'nr_hugepages')
  writeFileSync(place, '0\n')
  await t.rejects(requireHugePages(1024 * mebi, root), {
    code: 'VOLUME_FAILED',
    message: `this machine has set aside no huge pages of 1Gi: write how many into ${place}`,
  })
  writeFileSync(place, '2\n')
  await requireHugePages(1024 * mebi, root)
})

await t.test(
  'the volume waits for them',
  { skip: (!isRoot || !hasHugePages) && 'needs root and a kernel with huge pages' },
  async (t) => {
    const store = new LocalVolumeStore({ podsDirectory: join(aFolder(t), 'pods'), logger: silentLogger })
    const volume = {
      kind: 'emptyDir',
      name: 'huge',
      medium: 'HugePages',
      pageBytes: 2 * mebi,
      sizeLimitBytes: null,
    } as const
    const uid = podUid('9d1c1b0e-0000-4000-8000-000000000004')
    const place = '/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages'
    if (Number(readFileSync(place, 'utf8')) === 0) {
      await t.rejects(store.prepare(uid, volume), {
        code: 'VOLUME_FAILED',
        message: `this machine has set aside no huge pages of 2Mi: write how many into ${place}`,
      })
      return
    }
    const path = await store.prepare(uid, volume)
    t.match(readFileSync('/proc/self/mountinfo', 'utf8'), new RegExp(`${path} .*hugetlbfs`))
    await store.removePod(uid)
  },
)

await t.test(
  'a file system of pages of that size is mounted, for everybody',
  { skip: (!isRoot || !hasHugePages) && 'needs root and a kernel with huge pages' },
  async (t) => {
    const path = join(aFolder(t), 'huge')
    mkdirSync(path)
    await mountHugePages(path, { mode: '0777', pageBytes: 2 * mebi, sizeBytes: 4 * mebi })
    t.teardown(() => unmountAllBelow(path))
    const line =
      readFileSync('/proc/self/mountinfo', 'utf8')
        .split('\n')
        .find((one) => one.includes(path)) ?? ''
    t.match(line, /hugetlbfs/)
    t.match(line, /pagesize=2M/)
    t.match(line, /size=4194304/)
    t.equal(statSync(path).mode & 0o7777, 0o777)
  },
)
