/** Volumes as the process inside a container sees them, on a real Docker Engine. */

import { execFileSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

import t, { type Test } from 'tap'
import { pack } from 'tar-stream'

import { engineCall } from '../../bin/engine-call.mjs'
import { DockerRuntime } from '../../lib/docker/index.js'
import { mountBody } from '../../lib/docker/mount-body.js'
import {
  podUid,
  type ContainerId,
  type ContainerSpec,
  type MountSpec,
  type PodUid,
  type SubPathMount,
} from '../../lib/pod/index.js'
import { LocalVolumeStore } from '../../lib/volume/index.js'
import { engineMissing, startTestEngine } from '../support/engine.js'
import { importBusybox } from '../support/images.js'
import { silentLogger } from '../support/logger.js'
import { notOnPodman } from '../support/podman.js'
import { anOwner, noSecurity } from '../support/pods.js'
import { plainContainer, plainSandbox } from '../support/specs.js'
import { sweptFolder } from '../support/swept-folder.js'

const image = 'podkeep-test/busybox:volumes'
const patienceMs = 60_000
const skip = engineMissing() || (process.getuid?.() !== 0 && 'needs root to mount')

interface Bench {
  readonly runtime: DockerRuntime
  readonly store: LocalVolumeStore
  readonly root: string
  readonly host: string
  readonly uid: PodUid
  /** Runs the script to its end, and answers what it printed. */
  readonly run: (script: string, mounts: readonly MountSpec[], change?: Partial<ContainerSpec>) => Promise<string>
  /** Runs on. */
  readonly start: (
    script: string,
    mounts: readonly MountSpec[],
    change?: Partial<ContainerSpec>,
  ) => Promise<ContainerId>
  readonly part: (volumePath: string, subPath: string, fields?: Partial<SubPathMount>) => Promise<MountSpec>
}

await t.test('on a real Docker Engine', { skip }, async (t) => {
  const bench = await aBench(t)
  await testWritten(t, bench)
  await testSubPaths(t, bench)
  await testPropagation(t, bench)
  await testClaims(t, bench)
  await testImages(t, bench)
  await testNfs(t, bench)
})

/** An image of files only, that nothing can be started from. */
async function dataImage(host: string, name: string): Promise<void> {
  const archive = pack()
  archive.entry({ name: 'models/', type: 'directory', mode: 0o755 })
  archive.entry({ name: 'models/a.bin', mode: 0o640, uid: 1000, gid: 2000 }, 'weights')
  archive.entry({ name: 'models/run', mode: 0o755 }, '#!/bin/sh\necho ran\n')
  archive.entry({ name: 'models/link', type: 'symlink', linkname: 'a.bin' })
  archive.finalize()
  const parts: Uint8Array[] = []
  for await (const part of archive) parts.push(part as Uint8Array)
  const query = new URLSearchParams({ fromSrc: '-', repo: name })
  const headers = { 'content-type': 'application/x-tar' }
  const { status, text } = await engineCall(host, 'POST', `/images/create?${query.toString()}`, {
    body: Buffer.concat(parts),
    headers,
  })
  if (status !== 200 || text.includes('"error"')) throw new Error(text)
}

async function testImages(t: Test, { runtime, store, uid, run, part, host }: Bench): Promise<void> {
  await t.test('a process sees the files of an image, read-only, and nothing of the engine’s own', async (t) => {
    const name = 'podkeep.test/data:1'
    await dataImage(host, name)
    const { id = '' } = (await runtime.inspectImage(name)) ?? {}
    const hostPath = await store.prepareImage(uid, 'data', id, () => runtime.imageFiles(id))
    const mounted = { hostPath, mountPath: '/data', readOnly: true }
    t.equal(
      await run(
        'cd /data; ls -A; stat -c "%n %a %u %g" models/*; cat models/link; echo; echo x > models/new || echo refused',
        [mounted],
      ),
      [
        'models',
        'models/a.bin 640 1000 2000',
        'models/link 777 0 0',
        'models/run 755 0 0',
        'weights',
        "sh: can't create models/new: Read-only file system",
        'refused',
      ].join('\n'),
    )
    const models = await part(hostPath, 'models', { volume: 'data', readOnly: true, isMadeWhenMissing: false })
    t.equal(await run('ls /part', [models]), 'a.bin\nlink\nrun')
    await t.rejects(part(hostPath, 'model', { volume: 'data', readOnly: true, isMadeWhenMissing: false }), {
      code: 'VOLUME_FAILED',
    })
    const left = await engineCall(host, 'GET', '/containers/json?all=1')
    t.notMatch(left.text, /io\.podkeep\.export/)
  })
}

async function aBench(t: Test): Promise<Bench> {
  const engine = await startTestEngine()
  const folder = sweptFolder('podkeep-volumes')
  const uid = podUid(randomUUID())
  const store = new LocalVolumeStore({ podsDirectory: join(folder.path, 'pods'), logger: silentLogger })
  const address = { kind: 'socket', socketPath: engine.socketPath } as const
  const runtime = new DockerRuntime({ address, owner: anOwner('volumes'), logger: silentLogger })
  t.teardown(async () => {
    await runtime.close()
    await engine.close()
    await store.removePod(uid)
    await folder.sweep()
  })
  await importBusybox(engine.socketPath, image)
  await runtime.connect()
  const identity = () => ({
    namespace: 'default',
    podName: `p-${randomUUID().slice(0, 8)}`,
    podUid: uid,
    attempt: 0,
    crashes: 0,
    round: 0,
    hash: '1:x',
    podHash: '1:x',
    file: 'p.yaml',
    graceMs: 0,
    podStartedAtMs: 0,
  })
  const start: Bench['start'] = async (script, mounts, change = {}) => {
    const who = identity()
    const claims = mounts.flatMap((mount) => ('claim' in mount ? [mount.claim] : []))
    const sandbox = await runtime.createSandbox({
      identity: { ...who, kind: 'sandbox', name: 'POD', sandboxId: null },
      ...plainSandbox,
      ...(claims.length > 0 && { claims }),
    })
    await runtime.start(sandbox.id)
    const container = await runtime.createContainer({
      identity: { ...who, kind: 'container', name: 'app', sandboxId: sandbox.id },
      image,
      ...plainContainer,
      command: ['sh', '-c', `exec 2>&1; ${script}`],
      mounts,
      ...change,
    })
    await runtime.start(container.id)
    return container.id
  }
  return {
    runtime,
    store,
    uid,
    root: folder.path,
    host: `unix://${engine.socketPath}`,
    start,
    run: async (script, mounts, change) => {
      const id = await start(script, mounts, change)
      const deadline = Date.now() + patienceMs
      while ((await runtime.inspect(id))?.state !== 'exited' && Date.now() < deadline) await delay(20)
      return (await runtime.lastLog(id)).trim()
    },
    part: async (volumePath, subPath, fields = {}) => {
      const mount = {
        volume: 'data',
        volumePath,
        subPath,
        written: `subPath "${subPath}"`,
        isMadeWhenMissing: true,
        index: 0,
        mountPath: '/part',
        readOnly: false,
        ...fields,
      }
      const { mountPath, readOnly } = mount
      return { hostPath: await store.prepareSubPath(uid, 'app', mount), mountPath, readOnly }
    },
  }
}

async function testWritten(t: Test, { store, uid, run, start, runtime }: Bench): Promise<void> {
  await t.test('a running container sees a rewritten volume change in one moment', async (t) => {
    const write = (text: string): Promise<string> => {
      const files = ['a', 'b'].map((path) => ({ path, mode: 0o640, bytes: Buffer.from(text) }))
      return store.write(uid, 'config', files, { kind: 'configMap', isInMemory: false, fsGroup: 2000 })
    }
    const hostPath = await write('1')
    const mounts = [{ hostPath, mountPath: '/config', readOnly: true }]
    const script =
      'while :; do cd -P /config/..data; echo "$(cat a b)"; [ "$(cat b)" = 9 ] && exit; done | sort -u | tail -n 50'
    const id = await start(script, mounts)
    for (let n = 2; n <= 9; n++) await write(String(n))
    const deadline = Date.now() + patienceMs
    while ((await runtime.inspect(id))?.state !== 'exited' && Date.now() < deadline) await delay(50)
    const seen = (await runtime.lastLog(id)).trim().split('\n')
    t.ok(seen.includes('99'), 'the last one came')
    t.strictSame(
      seen.filter((pair) => pair.length === 2 && !pair.startsWith(pair.charAt(1))),
      [],
      seen.join(' '),
    )
  })

  await t.test('the group of fsGroup reads what others may not; nobody writes', async (t) => {
    const files = [{ path: 'key', mode: 0o400, bytes: Buffer.from('k') }]
    const hostPath = await store.write(uid, 'key', files, { kind: 'secret', isInMemory: true, fsGroup: 2000 })
    const mounts = [{ hostPath, mountPath: '/key', readOnly: true }]
    const script =
      'stat -L -c "%a %u %g" /key/key /key; grep " /key " /proc/self/mounts | cut -d" " -f3; echo x > /key/new || echo refused'
    t.equal(
      await run(script, mounts),
      "440 0 2000\n2755 0 2000\ntmpfs\nsh: can't create /key/new: Read-only file system\nrefused",
    )
  })
}

async function testSubPaths(t: Test, { root, run, start, part, runtime }: Bench): Promise<void> {
  await t.test('a part of a volume is what its path says, for as long as the container runs', async (t) => {
    const volume = join(root, 'volume')
    mkdirSync(join(volume, 'logs'), { recursive: true })
    writeFileSync(join(volume, 'conf'), 'of the volume')
    const mounts = [
      await part(volume, 'logs'),
      await part(volume, 'conf', { index: 1, mountPath: '/conf', readOnly: true }),
    ]
    const script = 'cat /conf; echo; ls -A /part /; echo x > /part/log; echo y > /conf || echo refused'
    t.match(await run(script, mounts), /^of the volume\n.*refused$/s)
    t.equal(readFileSync(join(volume, 'logs/log'), 'utf8'), 'x\n')
  })

  await t.test('a container that swaps the folder for a link gets nothing of the host', async (t) => {
    const volume = join(root, 'swapped')
    mkdirSync(join(volume, 'dir'), { recursive: true })
    mkdirSync(join(root, 'host'))
    writeFileSync(join(root, 'host', 'secret'), 'of the host')
    // For 60 s at the longest; it is ended before.
    const swap = `end=$(($(date +%s) + 60)); ln -s ${join(root, 'host')} /v/evil; while [ $(date +%s) -lt $end ]; do mv /v/dir /v/x; mv /v/evil /v/dir; mv /v/dir /v/evil; mv /v/x /v/dir; done`
    const swapper = await start(swap, [{ hostPath: volume, mountPath: '/v', readOnly: false }])
    let mounted = 0
    const giveUpMs = Date.now() + 50_000
    for (let round = 0; mounted < 5 && Date.now() < giveUpMs; round++) {
      const mount = await part(volume, 'dir', { isMadeWhenMissing: false, index: 2 }).catch((error: unknown) => {
        t.match(error, { code: 'VOLUME_FAILED' })
        return null
      })
      if (mount === null) continue
      mounted += 1
      t.notMatch(await run('ls -A /part', [mount]), /secret/, `round ${round}`)
    }
    await runtime.kill(swapper, 'SIGKILL')
    t.ok(mounted > 0)
  })
}

async function testPropagation(t: Test, { root, run, start, runtime }: Bench): Promise<void> {
  const shared = join(root, 'shared')
  mkdirSync(join(shared, 'below'), { recursive: true })
  execFileSync('mount', ['-t', 'tmpfs', 'tmpfs', shared])
  execFileSync('mount', ['--make-rshared', shared])
  t.teardown(() => execFileSync('umount', ['-R', '-l', shared]))
  mkdirSync(join(shared, 'below'))
  const mount: MountSpec = { hostPath: shared, mountPath: '/shared', readOnly: false }
  const look = 'grep " /shared " /proc/self/mountinfo | cut -d" " -f7'

  await t.test('a mount made later on the machine reaches a container that asked for it, and no other', async (t) => {
    t.equal(await run(look, [mount]), '-')
    t.match(await run(look, [{ ...mount, propagation: 'HostToContainer' }]), /^master:\d+$/)
    t.match(await run(look, [{ ...mount, propagation: 'Bidirectional' }]), /^shared:\d+$/)
    const wait =
      'n=0; until [ -e /shared/below/late ] || [ $n = 300 ]; do n=$((n+1)); sleep 0.1; done; ls /shared/below'
    const [reached, kept] = [
      await start(wait, [{ ...mount, propagation: 'HostToContainer' }]),
      await start(look, [mount]),
    ]
    execFileSync('mount', ['-t', 'tmpfs', 'tmpfs', join(shared, 'below')])
    writeFileSync(join(shared, 'below', 'late'), '')
    const deadline = Date.now() + patienceMs
    while ((await runtime.inspect(reached))?.state !== 'exited' && Date.now() < deadline) await delay(50)
    t.equal((await runtime.lastLog(reached)).trim(), 'late')
    t.equal((await runtime.lastLog(kept)).trim(), '-')
  })

  await t.test(
    'read-only all the way down is refused by an engine that cannot, and taken as far as it goes if possible',
    async (t) => {
      const readOnly = { ...mount, readOnly: true }
      t.equal(
        await run('touch /shared/x || echo refused', [{ ...readOnly, recursiveReadOnly: 'IfPossible' }]),
        'touch: /shared/x: Read-only file system\nrefused',
      )
      const { apiVersion } = await runtime.connect()
      const enabled = run('touch /shared/below/x || echo refused', [{ ...readOnly, recursiveReadOnly: 'Enabled' }])
      if (Number(apiVersion.split('.')[1]) >= 44) t.match(await enabled, /refused/)
      else
        await t.rejects(enabled, {
          code: 'MOUNT_FAILED',
          message: `mount at /shared: "recursiveReadOnly: Enabled" needs an engine with API 1.44 (version 25), this one has ${apiVersion}; "IfPossible" takes what it can do`,
        })
    },
  )
}

async function testClaims(t: Test, { run, runtime, store, uid, part, host }: Bench): Promise<void> {
  const claim = { namespace: 'default', name: 'db' }
  const mount: MountSpec = { claim, mountPath: '/data', readOnly: false }

  await t.test(
    'what is written into a claim is there for the next pod, and the group of fsGroup may write it',
    async (t) => {
      const path = await runtime.ensureClaim(claim)
      await store.give(uid, path, { fsGroup: 2000, onlyOnMismatch: false })
      const security = { ...noSecurity, user: '1000:1000', supplementalGroups: [2000] }
      t.equal(
        await run('id -G; echo kept > /data/file && stat -c "%u %g %a" /data/file /data', [mount], { security }),
        '1000 2000\n1000 2000 644\n0 2000 2775',
      )
      t.equal(
        await run('cat /data/file; touch /data/x || echo refused', [{ ...mount, readOnly: true }]),
        'kept\ntouch: /data/x: Read-only file system\nrefused',
      )
      t.equal(
        await run('touch /data/x || echo refused', [mount], { security: { ...security, supplementalGroups: [] } }),
        'touch: /data/x: Permission denied\nrefused',
      )
    },
  )

  await t.test('an empty one stays empty, whatever the image has in its place', async (t) => {
    const empty = { namespace: 'default', name: 'empty' }
    await runtime.ensureClaim(empty)
    t.equal(
      await run('/bin/busybox ls -A /etc', [{ claim: empty, mountPath: '/etc', readOnly: false }]).then((text) =>
        text.replace(/hosts|hostname|resolv.conf|\s/g, ''),
      ),
      '',
    )
  })

  await t.test(
    'a part of a claim is mounted, and the sandbox alone keeps the engine from pruning the volume',
    async (t) => {
      const path = await runtime.ensureClaim(claim)
      const mounts = [mount, await part(path, 'inner', { index: 3 })]
      t.equal(await run('echo x > /part/file; cat /data/inner/file', mounts), 'x')
      const { apiVersion } = await runtime.connect()
      const volumes = async (): Promise<string[]> => {
        await engineCall(host, 'POST', '/containers/prune')
        // Docker 20.10 takes volumes with a name anyway, and knows no such filter.
        const filters =
          Number(apiVersion.split('.')[1]) < 42 ? '' : `?filters=${encodeURIComponent('{"all":["true"]}')}`
        const { status } = await engineCall(host, 'POST', `/volumes/prune${filters}`)
        t.equal(status, 200)
        const { text } = await engineCall(host, 'GET', '/volumes')
        const { Volumes } = JSON.parse(text) as { Volumes: { Name: string }[] | null }
        return (Volumes ?? []).map(({ Name }) => Name)
      }
      t.ok((await volumes()).includes('podkeep_db_default_volumes'), 'all containers but the sandboxes are gone')
      for (const one of await runtime.list()) await runtime.remove(one.id, true)
      t.notOk((await volumes()).includes('podkeep_db_default_volumes'), 'nothing uses it now')
    },
  )

  await t.test('a volume of the name that is someone else’s is left alone', async (t) => {
    const body = JSON.stringify({ Name: 'podkeep_taken_default_volumes' })
    await engineCall(host, 'POST', '/volumes/create', { headers: { 'Content-Type': 'application/json' }, body })
    await t.rejects(runtime.ensureClaim({ namespace: 'default', name: 'taken' }), {
      code: 'VOLUME_NAME_TAKEN',
      message: 'make volume podkeep_taken_default_volumes: a volume that is not podkeep’s has this name',
    })
  })
}

async function testNfs(t: Test, { runtime, start, host, root }: Bench): Promise<void> {
  const mountsShares = { skip: notOnPodman('it mounts no NFS share for a container') }
  const refused = 'a share that cannot be mounted says which, and its container can be started again'
  await t.test(refused, mountsShares, async (t) => {
    const volumes = async (): Promise<string[]> => {
      const { text } = await engineCall(host, 'GET', '/volumes')
      return ((JSON.parse(text) as { Volumes: { Name: string }[] | null }).Volumes ?? []).map(({ Name }) => Name)
    }
    const before = await volumes()
    const mount: MountSpec = {
      share: { server: '127.0.0.1', path: '/no such/share' },
      mountPath: '/data',
      readOnly: true,
    }
    await t.rejects(start('sleep 1', [mount]), {
      code: 'NFS_FAILED',
      message: /: cannot mount \/no such\/share of the NFS server 127\.0\.0\.1: \w[\w ]+$/,
    })
    await t.rejects(start('sleep 1', [{ ...mount, share: { server: 'nas.invalid', path: '/a' } }]), {
      code: 'NFS_FAILED',
      message: /: cannot find the NFS server: .*nas\.invalid/,
    })
    const refused = (await runtime.list()).filter(({ error }) => error.includes('NFS server'))
    t.equal(refused.length, 2)
    for (const { id } of refused) {
      t.match(await runtime.inspect(id), { state: 'created', startedAtMs: null, exitCode: null })
      await t.rejects(runtime.start(id), { code: 'NFS_FAILED' }, 'trying again is the same start')
      t.equal((await volumes()).length > before.length, true, 'the engine has an entry for it')
      await runtime.remove(id, false)
    }
    t.same((await volumes()).sort(), before.sort(), 'which goes with its container')
  })

  const left = 'what is mounted for a volume without a name is left as it is when its container goes'
  await t.test(left, mountsShares, async (t) => {
    // A folder of this machine in the place of the share: of what type it is the engine's removal does not ask.
    const device = join(root, 'share')
    mkdirSync(device)
    const body = mountBody({ share: { server: '127.0.0.1', path: device }, mountPath: '/data', readOnly: false }, 'n1')
    const { DriverConfig: driver, ...options } = body.VolumeOptions!
    const local = { Name: driver.Name, Options: { type: 'none', o: 'bind', device } }
    const mounts = [{ ...body, VolumeOptions: { ...options, DriverConfig: local } }]
    const call = async (method: string, path: string, json?: object): Promise<string> => {
      const sent = json && { body: Buffer.from(JSON.stringify(json)), headers: { 'content-type': 'application/json' } }
      const { status, text } = await engineCall(host, method, path, sent)
      if (status >= 300) throw new Error(text)
      return text
    }
    const made = { Image: image, Cmd: ['sh', '-c', 'echo kept > /data/file'], HostConfig: { Mounts: mounts } }
    const { Id: id } = JSON.parse(await call('POST', '/containers/create', made)) as { Id: string }
    await call('POST', `/containers/${id}/start`)
    await call('POST', `/containers/${id}/wait`)
    await call('DELETE', `/containers/${id}?v=1`)
    t.equal(readFileSync(join(device, 'file'), 'utf8'), 'kept\n')
  })
}
