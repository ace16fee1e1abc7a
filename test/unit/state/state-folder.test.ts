import { execFileSync, spawn } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'

import {
  podKey,
  podUid,
  sameContent,
  type CronRecord,
  type DesiredClaim,
  type DesiredService,
  type KeptVolume,
  type PodRecord,
  type V1Pod,
} from '../../../lib/pod/index.js'
import type { Logger } from '../../../lib/ports/index.js'
import { lastRun, rememberRun, StateFolder } from '../../../lib/state/index.js'
import { systemClock } from '../../../lib/cli/clock.js'
import { anObject } from '../../support/configs.js'

const isRoot = process.getuid?.() === 0

function newFolder(t: Test): string {
  const root = mkdtempSync(join(tmpdir(), 'podkeep-state-'))
  t.teardown(() => {
    rmSync(root, { recursive: true, force: true })
  })
  return join(root, 'deep', 'state')
}

function logTo(lines: Record<string, unknown>[]): Logger {
  const write = (fields: Record<string, unknown>, phrase: string): void => {
    lines.push({ ...fields, phrase })
  }
  const logger: Logger = { debug: write, info: write, warn: write, error: write, child: () => logger }
  return logger
}

async function opened(t: Test, directory: string, lines: Record<string, unknown>[] = []): Promise<StateFolder> {
  const state = await StateFolder.open({ directory, logger: logTo(lines), clock: systemClock })
  t.teardown(() => state.close())
  return state
}

function record(namespace: string, name: string, image = 'web:1'): PodRecord {
  return {
    key: podKey(namespace, name),
    uid: podUid('uid'),
    file: 'web.yaml',
    manifest: {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace },
      spec: { containers: [{ name: 'c', image }] },
    },
    ended: [],
  }
}

await t.test('how podkeep ran last can be read without the lock, and what is damaged is not there', async (t) => {
  const directory = newFolder(t)
  t.equal(lastRun(directory), null)
  await opened(t, directory)
  t.equal(lastRun(directory), null)
  const run = { engine: 'unix:///run/podkeep-engine/docker.sock', nodeName: 'box' }
  await rememberRun(directory, run)
  t.strictSame(lastRun(directory), run)
  t.equal(statSync(join(directory, 'last-run')).mode & 0o777, 0o600)
  for (const text of ['', '{', 'null', '[]', '{"engine":1,"nodeName":"box"}', '{"engine":"","nodeName":"box"}']) {
    writeFileSync(join(directory, 'last-run'), text)
    t.equal(lastRun(directory), null, text)
  }
})

await t.test('records outlive the process, and are for the owner only', async (t) => {
  const directory = newFolder(t)
  const before = process.umask(0)
  t.teardown(() => process.umask(before))
  const first = await StateFolder.open({ directory, logger: logTo([]), clock: systemClock })
  const long = record('n'.repeat(63), 'p'.repeat(253))
  const longOther = record('n'.repeat(63), `${'p'.repeat(252)}q`)
  const all = [record('a', 'b-c'), record('a-b', 'c'), long, longOther]
  for (const each of all) await first.records.save(each)
  await first.records.save(record('default', 'gone'))
  await first.records.remove(podKey('default', 'gone'))
  await first.records.remove(podKey('default', 'never was'))
  t.equal(statSync(directory).mode & 0o777, 0o700)
  t.equal(statSync(join(directory, 'records', 'a_b-c.json')).mode & 0o777, 0o600)
  await first.close()
  const second = await opened(t, directory)
  const loaded = await second.records.load()
  t.same(new Map(loaded.map((each) => [each.key, each])), new Map(all.map((each) => [each.key, each])))
})

await t.test('the last of many saves of one pod is the one that stays', async (t) => {
  const directory = newFolder(t)
  const state = await opened(t, directory)
  const images = Array.from({ length: 30 }, (_none, index) => `web:${index}`)
  const saves = images.map((image) => state.records.save(record('default', 'web', image)))
  await Promise.all([...saves, state.records.save(record('default', 'other'))])
  const { records } = state
  const saved = (await records.load()).find(({ key }) => key === 'default/web')
  t.match(saved?.manifest, { spec: { containers: [{ image: 'web:29' }] } })
  await Promise.all([records.save(record('default', 'web')), records.remove(podKey('default', 'web'))])
  t.strictSame(
    (await records.load()).map(({ key }) => key),
    ['default/other'],
  )
  t.strictSame(readdirSync(join(directory, 'records')), ['default_other.json'], 'and nothing is left over')
})

await t.test('a damaged or newer record is set aside and named, and costs the others nothing', async (t) => {
  const directory = newFolder(t)
  const first = await StateFolder.open({ directory, logger: logTo([]), clock: systemClock })
  await first.records.save(record('default', 'web'))
  await first.close()
  const records = join(directory, 'records')
  const good = readFileSync(join(records, 'default_web.json'), 'utf8')
  const damaged: Record<string, string | Buffer> = {
    'default_cut.json': good.slice(0, -20),
    'default_empty.json': '',
    'default_newer.json': good.replace('"format":1', '"format":2'),
    'default_other.json': good,
    'default_list.json': '[]',
    'default_shape.json': '{"format":1,"record":{"key":"default/shape"}}',
    'default_noise.json': Buffer.from([0xff, 0, 0xfe]),
  }
  for (const [name, text] of Object.entries(damaged)) writeFileSync(join(records, name), text)
  mkdirSync(join(records, 'folder.json'))
  writeFileSync(join(records, '.writing-1-default_web.json'), good.slice(0, 10))
  const lines: Record<string, unknown>[] = []
  const second = await opened(t, directory, lines)
  t.strictSame(
    (await second.records.load()).map(({ key }) => key),
    ['default/web'],
  )
  const names = readdirSync(records)
  t.equal(names.filter((name) => name.startsWith('.damaged-')).length, 8)
  t.equal(names.length, 9, 'the leftover of an interrupted write is gone')
  t.equal(lines.length, 8)
  t.match(
    lines.find(({ file }) => String(file).includes('newer')),
    { reason: /format is 2/, phrase: /aside/ },
  )
  t.strictSame(
    (await second.records.load()).map(({ key }) => key),
    ['default/web'],
  )
  t.equal(lines.length, 8, 'they are named once')
})

/** A record that is on the disk, and what is loaded once other fields were written into it. */
async function aRecord(
  t: Test,
): Promise<{ good: PodRecord; loadedWith: (fields: object) => Promise<PodRecord | undefined> }> {
  const directory = newFolder(t)
  const state = await opened(t, directory)
  await state.records.save(record('default', 'web'))
  const path = join(directory, 'records', 'default_web.json')
  const { record: good } = JSON.parse(readFileSync(path, 'utf8')) as { record: PodRecord }
  const loadedWith = async (fields: object): Promise<PodRecord | undefined> => {
    writeFileSync(path, JSON.stringify({ format: 1, record: { ...good, ...fields } }))
    return (await state.records.load())[0]
  }
  return { good, loadedWith }
}

await t.test('what a record says beside the pod itself is left out where it is something else', async (t) => {
  const { good, loadedWith } = await aRecord(t)
  const stop = { startedAtMs: 1, preStop: null, stopRequestedTickMs: 2, asCrash: false }
  const sound = {
    seenAtMs: 1,
    startedAtMs: 2,
    evicted: { message: 'too much', atMs: 1, count: 1 },
    verdicts: { id: { startup: 'success', readiness: 'unknown', liveness: 'failure' } },
    told: { id: 'digest' },
    stopping: { bootId: 'boot', stops: { id: stop } },
    postStart: { id: { startedAtMs: null, failure: 'exit 1' } },
  }
  t.strictSame(await loadedWith(sound), { ...good, ...sound })
  const garbage: Readonly<Record<string, readonly unknown[]>> = {
    seenAtMs: [null, 'x', -1, 1e300],
    startedAtMs: [null, 'x', -1],
    evicted: [null, 5, {}, { ...sound.evicted, atMs: 'x' }],
    verdicts: [null, [], { id: 5 }, { id: { startup: 'success', readiness: 'well' } }],
    told: [null, 'x', { id: 1 }],
    stopping: [
      null,
      5,
      {},
      { bootId: 'boot', stops: null },
      { bootId: 'boot', stops: { id: { ...stop, asCrash: 1 } } },
    ],
    postStart: [null, 5, { id: null }],
  }
  for (const [field, values] of Object.entries(garbage)) {
    for (const value of values) {
      const others = Object.fromEntries(Object.entries(sound).filter(([name]) => name !== field))
      t.strictSame(await loadedWith({ ...sound, [field]: value }), { ...good, ...others }, JSON.stringify(value))
    }
  }
  t.strictSame(await loadedWith({ ended: [null, 5, { id: 'x' }] }), { ...good, ended: [] })
})

await t.test('an ended container stays one, whatever a record does not tell of its end', async (t) => {
  const { loadedWith } = await aRecord(t)
  const endedWith = async (ended: object): Promise<object | undefined> =>
    (await loadedWith({ ended: [ended] }))?.ended[0]
  const who = { id: 'x', name: 'app', podUid: 'uid', hash: 'hash', state: 'exited' }
  const how = { attempt: 2, crashes: 1, round: 1, exitCode: 0 }
  const when = { createdAtMs: 1, podStartedAtMs: 2, startedAtMs: 3, finishedAtMs: 4 }
  const sound = { ...who, ...how, ...when }
  t.strictSame(await endedWith(sound), sound)
  t.strictSame(await endedWith({ ...sound, startedAtMs: null, exitCode: null }), {
    ...sound,
    startedAtMs: null,
    exitCode: null,
  })
  const none = { attempt: 0, crashes: 0, round: 0, exitCode: null }
  t.strictSame(await endedWith({ ...who, ...when }), { ...who, ...none, ...when })
  t.strictSame(await endedWith({ ...sound, round: 'x', finishedAtMs: -1 }), { ...sound, round: 0, finishedAtMs: 3 })
  t.strictSame(await endedWith({ ...who, ...how }), {
    ...{ ...who, ...how },
    ...{ createdAtMs: 0, podStartedAtMs: 0, startedAtMs: 0, finishedAtMs: 0 },
  })
  for (const name of Object.keys(who)) t.equal(await endedWith({ ...sound, [name]: 5 }), undefined, name)
})

await t.test('a CronJob’s record is one only with its schedule and times that there are', async (t) => {
  const directory = newFolder(t)
  const lines: Record<string, unknown>[] = []
  const state = await opened(t, directory, lines)
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'c-1', namespace: 'default' },
    spec: { containers: [] },
  } satisfies V1Pod
  const sound: CronRecord = {
    key: podKey('default', 'c'),
    file: 'c.yaml',
    manifest: { metadata: { name: 'c' }, spec: { schedule: '* * * * *' } },
    sinceMs: 1,
    lastScheduledMs: null,
    runs: [{ name: 'c-1', scheduledMs: 1, pods: [pod] }],
  }
  await state.cronRecords.save(sound)
  t.strictSame(await state.cronRecords.load(), [sound])
  const path = join(directory, 'cron-jobs', 'default_c.json')
  const garbage: readonly object[] = [
    { manifest: { metadata: {} } },
    { sinceMs: 1e300 },
    { lastScheduledMs: 'x' },
    { runs: [{ name: 'c-1', scheduledMs: 1, pods: [{ metadata: {} }] }] },
  ]
  for (const fields of garbage) {
    writeFileSync(path, JSON.stringify({ format: 1, record: { ...sound, ...fields } }))
    t.strictSame(await state.cronRecords.load(), [], JSON.stringify(fields))
  }
  t.equal(lines.length, garbage.length, 'and each was named')
})

await t.test('Services and claims are kept as they are, and one that is damaged costs itself only', async (t) => {
  const directory = newFolder(t)
  const first = await StateFolder.open({ directory, logger: logTo([]), clock: systemClock })
  const place = { namespace: 'shop', file: 'web.yaml' }
  const port = { name: null, port: 80, targetPort: 'http', protocol: 'TCP' } as const
  const service: DesiredService = {
    ...{ ...place, key: podKey('shop', 'web'), name: 'web', selector: { app: 'web' }, ports: [port] },
    ...{ isHeadless: false, publishNotReadyAddresses: true },
  }
  const claim: DesiredClaim = { ...place, key: podKey('shop', 'data'), name: 'data', isForOnePod: true }
  await first.services.save(service)
  await first.services.save({ ...service, key: podKey('shop', 'old'), name: 'old' })
  await first.claims.save(claim)
  await first.close()
  const old = join(directory, 'services', 'shop_old.json')
  writeFileSync(old, readFileSync(old, 'utf8').replace('"selector":{"app":"web"}', '"selector":{"app":5}'))
  const lines: Record<string, unknown>[] = []
  const second = await opened(t, directory, lines)
  t.strictSame([await second.services.load(), await second.claims.load()], [[service], [claim]])
  t.match(lines, [{ reason: 'it is not the record of a Service', phrase: 'set a damaged Service record aside' }])
  await second.claims.remove(claim.key)
  t.strictSame(await second.claims.load(), [])
})

await t.test(
  'PersistentVolumes are kept with the claims that have them, and none is believed that is not whole',
  async (t) => {
    const directory = newFolder(t)
    const first = await StateFolder.open({ directory, logger: logTo([]), clock: systemClock })
    const terms = {
      storageClassName: '',
      accessModes: ['ReadWriteOnce'],
      requestBytes: 1,
      volumeName: null,
      selector: {},
    }
    const claim: DesiredClaim = {
      ...{ key: podKey('shop', 'data'), namespace: 'shop', name: 'data', file: 'c.yaml', isForOnePod: false },
      terms,
    }
    await first.claims.save(claim)
    const volume = (name: string, source: KeptVolume['source']): KeptVolume => ({
      ...{
        key: podKey('', name),
        namespace: '',
        name,
        file: 'pv.yaml',
        capacityBytes: 1,
        accessModes: ['ReadWriteOnce'],
      },
      ...{ storageClassName: '', labels: { a: 'b' }, claimRef: null, source, elsewhere: null, boundTo: claim.key },
    })
    const nfs = { kind: 'nfs', share: { server: 'nas', path: '/e', options: ['hard'] }, readOnly: true } as const
    const kept = [
      volume('disk', { kind: 'hostPath', path: '/d', type: '' }),
      { ...volume('share', nfs), claimRef: { namespace: 'shop', name: 'data' }, boundTo: null },
      volume('ssd', { kind: 'local', path: '/s' }),
    ]
    for (const one of kept) await first.volumeRecords.save(one)
    await first.close()
    const second = await StateFolder.open({ directory, logger: logTo([]), clock: systemClock })
    const byName = (a: KeptVolume, b: KeptVolume): number => (a.name < b.name ? -1 : 1)
    t.strictSame([...(await second.volumeRecords.load())].sort(byName), kept)
    t.strictSame(await second.claims.load(), [claim])
    await second.close()
    const folder = join(directory, 'persistent-volumes')
    for (const file of readdirSync(folder)) {
      const text = readFileSync(join(folder, file), 'utf8')
      writeFileSync(join(folder, file), text.replace('"kind":"local"', '"kind":"csi"').replace(/"(hard|\/d)"/, '5'))
    }
    const lines: Record<string, unknown>[] = []
    const third = await opened(t, directory, lines)
    t.strictSame(await third.volumeRecords.load(), [])
    t.equal(lines.length, kept.length, 'and each was named')
  },
)

await t.test('a second podkeep on the folder is refused by name, until the first has closed', async (t) => {
  const directory = newFolder(t)
  const first = await StateFolder.open({ directory, logger: logTo([]), clock: systemClock })
  const again = StateFolder.open({ directory, logger: logTo([]), clock: systemClock })
  await t.rejects(again, {
    code: 'STATE_LOCKED',
    message: new RegExp(`another podkeep \\(pid ${process.pid}, started 20.*Z\\) holds ${directory}$`),
  })
  await first.close()
  await (await StateFolder.open({ directory, logger: logTo([]), clock: systemClock })).close()
  const folders = ['claims', 'configmaps', 'cron-jobs', 'digest-key', 'id', 'persistent-volumes', 'records', 'services']
  t.strictSame(readdirSync(directory).sort(), folders)
})

await t.test('the folder has an id for life, and a new one should that be damaged', async (t) => {
  const directory = newFolder(t)
  const first = await StateFolder.open({ directory, logger: logTo([]), clock: systemClock })
  t.match(first.id, /^[0-9a-f-]{36}$/)
  await first.close()
  const second = await StateFolder.open({ directory, logger: logTo([]), clock: systemClock })
  t.equal(second.id, first.id)
  await second.close()
  writeFileSync(join(directory, 'id'), '')
  t.not((await opened(t, directory)).id, first.id)
  t.not((await opened(t, newFolder(t))).id, first.id)
})

await t.test('which manifests directory was believed outlives the process', async (t) => {
  const directory = newFolder(t)
  const first = await StateFolder.open({ directory, logger: logTo([]), clock: systemClock })
  t.equal(await first.believedDirectory.load(), null)
  await Promise.all([first.believedDirectory.save('1:1'), first.believedDirectory.save('1:2')])
  await first.close()
  t.equal(await (await opened(t, directory)).believedDirectory.load(), '1:2')
})

await t.test('another process holds the lock, also by another path, and frees it when it is killed', async (t) => {
  const directory = newFolder(t)
  mkdirSync(directory, { recursive: true })
  const script = `import { createServer } from 'node:net'
    import { statSync } from 'node:fs'
    const { dev, ino } = statSync(process.argv[1], { bigint: true })
    createServer().listen({ path: ('\\0podkeep-state-' + dev + '-' + ino + '-').padEnd(108, '0') }, () => console.log('held'))`
  const holder = spawn(process.execPath, ['--input-type=module', '-e', script, directory], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = new Promise((resolve) => holder.once('exit', resolve))
  t.teardown(() => holder.kill('SIGKILL'))
  await new Promise((resolve) => holder.stdout.once('data', resolve))
  writeFileSync(join(directory, 'podkeep.pid'), `${holder.pid} 2026-01-02T03:04:05.000Z\n`)
  const link = `${directory}-link`
  execFileSync('ln', ['-s', directory, link])
  const message = `another podkeep (pid ${holder.pid}, started 2026-01-02T03:04:05.000Z) holds ${link}`
  await t.rejects(StateFolder.open({ directory: link, logger: logTo([]), clock: systemClock }), {
    code: 'STATE_LOCKED',
    message,
  })
  writeFileSync(join(directory, 'podkeep.pid'), 'nonsense')
  await t.rejects(StateFolder.open({ directory, logger: logTo([]), clock: systemClock }), {
    message: `another podkeep holds ${directory}`,
  })
  holder.kill('SIGKILL')
  await ended
  await opened(t, directory)
})

await t.test('a folder that cannot be made, and a full disk, are told as such', { skip: !isRoot }, async (t) => {
  const directory = newFolder(t)
  mkdirSync(directory, { recursive: true })
  writeFileSync(join(directory, 'file'), '')
  await t.rejects(
    StateFolder.open({ directory: join(directory, 'file', 'x'), logger: logTo([]), clock: systemClock }),
    {
      code: 'STATE_FAILED',
      message: /cannot make the state folder/,
    },
  )
  chmodSync(directory, 0o755)
  const small = join(directory, 'small')
  mkdirSync(small)
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', small])
  t.teardown(() => execFileSync('umount', [small]))
  const state = await StateFolder.open({ directory: small, logger: logTo([]), clock: systemClock })
  await state.records.save(record('default', 'web', 'kept'))
  await t.rejects(state.records.save(record('default', 'web', 'x'.repeat(100_000))), { code: 'HOST_DISK_FULL' })
  await state.records.save(record('default', 'small'))
  t.match(await state.records.load(), [
    { key: 'default/small' },
    { manifest: { spec: { containers: [{ image: 'kept' }] } } },
  ])
  t.equal(readdirSync(join(small, 'records')).length, 2, 'nothing half-written stays')
  await state.close()
})

await t.test(
  'a full disk keeps podkeep out of its folder, and the hint sends nobody to the engine',
  { skip: !isRoot },
  async (t) => {
    const directory = newFolder(t)
    mkdirSync(directory, { recursive: true })
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', directory])
    t.teardown(() => execFileSync('umount', [directory]))
    t.throws(() => writeFileSync(join(directory, 'full'), Buffer.alloc(100_000)), { code: 'ENOSPC' })
    await t.rejects(StateFolder.open({ directory, logger: logTo([]), clock: systemClock }), {
      code: 'HOST_DISK_FULL',
      message: new RegExp(`${directory}.*no space left`),
      hint: /the disk that holds this path/,
    })
  },
)

await t.test('what ConfigMaps last said outlives the process; no Secret ever comes to the disk', async (t) => {
  const directory = newFolder(t)
  const first = await StateFolder.open({ directory, logger: logTo([]), clock: systemClock })
  const map = anObject('ConfigMap', 'app', { text: 'a\nb', bytes: new Uint8Array([0, 255]) }, { isImmutable: true })
  await first.configs.save(map)
  await t.rejects(async () => first.configs.save(anObject('Secret', 'db', { password: 'hunter2' })), {
    message: /only ConfigMaps are written/,
  })
  await first.close()
  const second = await opened(t, directory)
  const [kept] = await second.configs.load()
  t.equal(kept !== undefined && sameContent(kept, map), true)
  t.match(kept, { key: 'ConfigMap default/app', file: 'config.yaml', isImmutable: true })
  await second.configs.remove(map.key)
  t.strictSame(await second.configs.load(), [])
})

await t.test(
  'the key of the digests is made once, is readable by nobody else, and a damaged one is replaced',
  async (t) => {
    const directory = newFolder(t)
    const first = await StateFolder.open({ directory, logger: logTo([]), clock: systemClock })
    const { digestKey } = first
    t.equal(statSync(join(directory, 'digest-key')).mode & 0o777, 0o600)
    t.equal(digestKey.bytes.length, 32)
    t.notMatch(readFileSync(join(directory, 'digest-key'), 'utf8'), digestKey.id)
    await first.close()
    const second = await StateFolder.open({ directory, logger: logTo([]), clock: systemClock })
    t.strictSame(second.digestKey, digestKey)
    await second.close()
    writeFileSync(join(directory, 'digest-key'), 'short')
    t.not((await opened(t, directory)).digestKey.id, digestKey.id)
  },
)
