/** Groups of pods in a tree of plain files that is laid out as cgroupfs is, in both versions; test/engine has the real one. */

import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

import t, { type Test } from 'tap'

import { LocalPodCgroups } from '../../../lib/node/pod-cgroups.js'
import { podUid } from '../../../lib/pod/index.js'

const uid = podUid('u/1')
const name = 'podkeep.folder-1.u%2F1'
const limits = { cpuShares: 1024, cpuQuotaMicros: 50_000, memoryBytes: 4096, hugepageBytes: { '2Mi': 8, '1Gi': 0 } }

/** A file that is there, as the kernel has it: what is written into it stays. */
const put = (root: string, path: string, text = ''): void => {
  mkdirSync(dirname(join(root, path)), { recursive: true })
  writeFileSync(join(root, path), text)
}
const treeV1 = (t: Test): string => {
  const root = t.testdir({})
  for (const file of ['cpu.shares', 'cpu.cfs_period_us', 'cpu.cfs_quota_us'])
    put(root, `cpu,cpuacct/docker/${name}/${file}`)
  symlinkSync('cpu,cpuacct', join(root, 'cpu'))
  put(root, `memory/docker/${name}/memory.limit_in_bytes`)
  for (const size of ['2MB', '1GB']) put(root, `hugetlb/docker/${name}/hugetlb.${size}.limit_in_bytes`)
  return root
}
const treeV2 = (t: Test): string => {
  const root = t.testdir({})
  put(root, 'cgroup.controllers', 'cpu memory hugetlb pids')
  put(root, 'cgroup.subtree_control', 'cpu memory pids\n')
  put(root, 'docker/cgroup.subtree_control', '')
  for (const file of ['cpu.weight', 'cpu.max', 'memory.max', 'hugetlb.2MB.max', 'hugetlb.1GB.max'])
    put(root, `docker/${name}/${file}`)
  return root
}
const groupsIn = (root: string, fields: object = {}): LocalPodCgroups =>
  new LocalPodCgroups({ stateFolderId: 'folder-1', isEngineHere: true, root, ...fields })

await t.test('version 1: every number in the file of its controller', async (t) => {
  const root = treeV1(t)
  await groupsIn(root).set(uid, limits)
  const read = (path: string): string => readFileSync(join(root, path.replace('@', `docker/${name}`)), 'utf8')
  t.equal(read('cpu,cpuacct/@/cpu.shares'), '1024')
  t.equal(read('cpu/@/cpu.cfs_period_us'), '100000')
  t.equal(read('cpu/@/cpu.cfs_quota_us'), '50000')
  t.equal(read('memory/@/memory.limit_in_bytes'), '4096')
  t.equal(read('hugetlb/@/hugetlb.2MB.limit_in_bytes'), '8')
  t.equal(read('hugetlb/@/hugetlb.1GB.limit_in_bytes'), '0')
  t.strictSame(await groupsIn(root).list(), [uid], 'in whatever hierarchy it is')
  t.strictSame(await groupsIn(root, { stateFolderId: 'folder-2' }).list(), [], 'another folder’s are not ours')
})

await t.test('version 2: weights for shares, quota with its period, and controllers handed down', async (t) => {
  const root = treeV2(t)
  await groupsIn(root).set(uid, limits)
  const read = (path: string): string => readFileSync(join(root, path.replace('@', `docker/${name}`)), 'utf8')
  t.equal(read('@/cpu.weight'), '39')
  t.equal(read('@/cpu.max'), '50000 100000')
  t.equal(read('@/memory.max'), '4096')
  t.equal(read('@/hugetlb.2MB.max'), '8')
  t.match(read('cgroup.subtree_control'), /^\+hugetlb/, 'only what was not handed down yet')
  t.match(read('docker/cgroup.subtree_control'), /^\+(cpu|memory|hugetlb)/)
})

const none = { cpuShares: 2, cpuQuotaMicros: 0, memoryBytes: 0, hugepageBytes: {} }

await t.test('what is not limited is said to be so, in version 1', async (t) => {
  const root = treeV1(t)
  await groupsIn(root).set(uid, none)
  t.equal(readFileSync(join(root, `memory/docker/${name}/memory.limit_in_bytes`), 'utf8'), '-1')
  t.equal(readFileSync(join(root, `cpu/docker/${name}/cpu.cfs_quota_us`), 'utf8'), '-1')
})

await t.test('what is not limited is said to be so, in version 2', async (t) => {
  const root = treeV2(t)
  await groupsIn(root).set(uid, none)
  t.equal(readFileSync(join(root, `docker/${name}/memory.max`), 'utf8'), 'max')
  t.equal(readFileSync(join(root, `docker/${name}/cpu.max`), 'utf8'), 'max 100000')
  t.equal(readFileSync(join(root, `docker/${name}/cpu.weight`), 'utf8'), '1')
})

await t.test('a kernel without the controller: its file is named, and nothing is made in its place', async (t) => {
  const root = treeV1(t)
  const pages = { ...limits, hugepageBytes: { '512Mi': 1 } }
  const file = join(root, `hugetlb/docker/${name}/hugetlb.512MB.limit_in_bytes`)
  await t.rejects(groupsIn(root).set(uid, pages), {
    code: 'CGROUP_FAILED',
    message: `limit pod u/1: ${file}: this kernel does not have it, or does not hand it out here`,
  })
  t.equal(existsSync(file), false)
})

await t.test('nothing is set where the engine would not find it', async (t) => {
  await t.rejects(groupsIn(treeV1(t), { isEngineHere: false }).set(uid, limits), {
    message: 'limit pod u/1: the engine is on another machine',
  })
  const root = t.testdir({ namespace: t.fixture('symlink', 'cgroup:[4026532000]') })
  await t.rejects(groupsIn(root, { namespace: join(root, 'namespace') }).set(uid, limits), {
    message: 'limit pod u/1: podkeep has a cgroup namespace of its own: run it with --cgroupns host',
  })
})

await t.test('removing what is gone is success; of what is in use it is said', async (t) => {
  const root = t.testdir({})
  mkdirSync(join(root, `memory/docker/${name}`), { recursive: true })
  await groupsIn(root).remove(uid)
  t.strictSame(await groupsIn(root).list(), [])
  await groupsIn(root).remove(uid)
  mkdirSync(join(root, `memory/docker/${name}/conmon`), { recursive: true })
  await groupsIn(root).remove(uid)
  t.strictSame(await groupsIn(root).list(), [], 'with what podman left in it')
  mkdirSync(join(root, `memory/docker/${name}/running`), { recursive: true })
  // In the place of a process: the kernel removes a group with files, and not one with processes.
  writeFileSync(join(root, `memory/docker/${name}/running/process`), '')
  await t.rejects(groupsIn(root).remove(uid), { code: 'CGROUP_FAILED', message: /^remove the group of pod u\/1: / })
})
