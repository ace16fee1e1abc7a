/** What the process inside really is and sees, for every part of a security context that a Docker Engine carries out. */

import { randomUUID } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'

import t from 'tap'

import { engineCall } from '../../bin/engine-call.mjs'
import { DockerRuntime } from '../../lib/docker/index.js'
import { podUid, type ContainerId, type SandboxSpec, type SecuritySpec } from '../../lib/pod/index.js'
import { engineMissing, startTestEngine } from '../support/engine.js'
import { importBusybox, withUser } from '../support/images.js'
import { silentLogger } from '../support/logger.js'
import { anOwner, noSecurity } from '../support/pods.js'
import { plainContainer, plainSandbox } from '../support/specs.js'

const image = 'podkeep-test/busybox:security'
const imageOfUser = 'podkeep-test/busybox:user'
const chown = 1n << 0n
const netBindService = 1n << 10n
const netRaw = 1n << 13n
const sysAdmin = 1n << 21n

/** Lets everything pass but the making of folders. */
const noFolders = JSON.stringify({
  defaultAction: 'SCMP_ACT_ALLOW',
  syscalls: [{ names: ['mkdir', 'mkdirat'], action: 'SCMP_ACT_ERRNO' }],
})

await t.test('security on a real engine', { skip: engineMissing() }, async (t) => {
  const engine = await startTestEngine()
  t.teardown(() => engine.close())
  await importBusybox(engine.socketPath, image)
  await withUser(engine.socketPath, image, imageOfUser, '1234:5678')
  const address = { kind: 'socket', socketPath: engine.socketPath } as const
  const runtime = new DockerRuntime({ address, owner: anOwner('security'), logger: silentLogger })
  t.teardown(() => runtime.close())
  await runtime.connect()

  const started = async (
    security: Partial<SecuritySpec>,
    { sandbox = {}, of = image }: { sandbox?: Partial<SandboxSpec>; of?: string } = {},
  ): Promise<ContainerId> => {
    const uid = randomUUID()
    const identity = {
      ...{
        namespace: 'default',
        podName: `pod-${uid.slice(0, 8)}`,
        podUid: podUid(uid),
        attempt: 0,
        crashes: 0,
        round: 0,
      },
      ...{ hash: '1:s', podHash: '1:s', file: 'pod.yaml', graceMs: 1000, podStartedAtMs: 1 },
    }
    const made = await runtime.createSandbox({
      identity: { ...identity, kind: 'sandbox', name: 'POD', sandboxId: null },
      ...plainSandbox,
      ...sandbox,
    })
    await runtime.start(made.id)
    const { id } = await runtime.createContainer({
      identity: { ...identity, kind: 'container', name: 'app', hash: '1:c', sandboxId: made.id },
      ...{ ...plainContainer, image: of, command: ['sleep', '100000'] },
      security: { ...noSecurity, ...security },
    })
    await runtime.start(id)
    return id
  }
  const inside = async (id: ContainerId, script: string): Promise<string> => {
    const { output, exitCode } = await runtime.exec(id, ['sh', '-c', script], 60_000)
    return exitCode === 0 ? output.trim() : `${output.trim()} (${String(exitCode)})`
  }
  /** /proc/1/status of the container's own process. */
  const statusOf = async (id: ContainerId): Promise<Record<string, string>> => {
    const lines = (await inside(id, 'cat /proc/1/status')).split('\n')
    return Object.fromEntries(lines.map((line) => line.split(/:\s*/, 2) as [string, string]))
  }
  const capabilities = (status: Record<string, string>, set: string): bigint => BigInt(`0x${status[set] ?? '0'}`)

  await t.test(
    'a container that asks for nothing: root, the engine’s capabilities and its seccomp profile',
    async (t) => {
      const status = await statusOf(await started({}))
      t.match(status, { Uid: '0\t0\t0\t0', NoNewPrivs: '0', Seccomp: '2' })
      t.equal(capabilities(status, 'CapEff') & (netRaw | sysAdmin), netRaw)
    },
  )

  await t.test('user, group and supplementary groups; the image’s user where none is said', async (t) => {
    const own = await statusOf(await started({ user: '7:8', supplementalGroups: [9, 11] }))
    t.match(own, { Uid: '7\t7\t7\t7', Gid: '8\t8\t8\t8' })
    t.same(new Set((own['Groups'] ?? '').trim().split(' ')), new Set(['8', '9', '11']))
    t.equal(capabilities(own, 'CapEff'), 0n, 'who is not root has no capability in effect')
    const ofImage = await statusOf(await started({}, { of: imageOfUser }))
    t.match(ofImage, { Uid: '1234\t1234\t1234\t1234', Gid: '5678\t5678\t5678\t5678' })
    t.match(await runtime.inspectImage(imageOfUser), { user: '1234:5678' })
  })

  await t.test('capabilities: dropped, added, all and none', async (t) => {
    const sets = async (add: string[], drop: string[]): Promise<bigint[]> => {
      const status = await statusOf(await started({ addCapabilities: add, dropCapabilities: drop }))
      return ['CapEff', 'CapPrm', 'CapBnd'].map((set) => capabilities(status, set))
    }
    t.same(await sets([], ['ALL']), [0n, 0n, 0n])
    t.same(await sets(['NET_BIND_SERVICE'], ['ALL']), [netBindService, netBindService, netBindService])
    const without = await sets([], ['CHOWN'])
    t.ok(without.every((set) => (set & chown) === 0n && (set & netRaw) !== 0n))
    const withAdmin = await sets(['SYS_ADMIN'], [])
    t.ok(withAdmin.every((set) => (set & sysAdmin) !== 0n))
  })

  await t.test('no new privileges, and a root file system that cannot be written', async (t) => {
    const id = await started({ noNewPrivileges: true, readOnlyRootFilesystem: true })
    t.match(await statusOf(id), { NoNewPrivs: '1' })
    t.match(await inside(id, 'awk \'$2 == "/" { print $4 }\' /proc/mounts'), /^ro,/)
    t.match(await inside(id, 'touch /new'), /Read-only file system/)
    t.match(await inside(await started({}), 'awk \'$2 == "/" { print $4 }\' /proc/mounts; touch /new'), /^rw,/)
  })

  await t.test('seccomp: the engine’s, none, and a profile of one’s own', async (t) => {
    t.match(await statusOf(await started({ seccomp: 'unconfined' })), { Seccomp: '0' })
    const own = await started({ seccomp: noFolders })
    t.match(await statusOf(own), { Seccomp: '2' })
    t.match(await inside(own, 'mkdir /new'), /not permitted/)
    t.equal(await inside(await started({}), 'mkdir /new'), '')
  })

  await t.test(
    'privileged: every capability, no seccomp',
    { skip: !hasEveryCapability() && 'root has not every capability on this machine, and gives none that it lacks' },
    async (t) => {
      const status = await statusOf(await started({ privileged: true }))
      t.match(status, { Seccomp: '0' })
      t.ok((capabilities(status, 'CapEff') & sysAdmin) !== 0n)
    },
  )

  await t.test('/proc: covered as ever, and bare where that is asked for', async (t) => {
    const covers = 'grep -c " /proc/" /proc/mounts || true'
    t.ok(Number(await inside(await started({}), covers)) > 3)
    t.equal(await inside(await started({ unmaskedProc: true }), covers), '0')
  })

  await t.test('sysctls are the pod’s own: its containers see them, and the machine does not', async (t) => {
    const name = '/proc/sys/net/ipv4/ip_unprivileged_port_start'
    const outside = readFileSync(name, 'utf8').trim()
    const wanted = outside === '443' ? '444' : '443'
    const id = await started(
      {},
      { sandbox: { sysctls: { 'net.ipv4.ip_unprivileged_port_start': wanted, 'kernel.shm_rmid_forced': '1' } } },
    )
    t.equal(await inside(id, `cat ${name}`), wanted)
    t.equal(await inside(id, 'cat /proc/sys/kernel/shm_rmid_forced'), '1', 'of the shared IPC namespace too')
    t.equal(readFileSync(name, 'utf8').trim(), outside)
  })

  await t.test('the sandbox itself may do nothing', async (t) => {
    const id = await started({})
    const sandboxId = (await runtime.inspect(id))?.sandboxId ?? ''
    const body = await engineJson(engine.host, `/containers/${sandboxId}/json`)
    const status = readFileSync(`/proc/${String(body.State.Pid)}/status`, 'utf8')
    for (const line of ['CapEff:\t0000000000000000', 'CapBnd:\t0000000000000000', 'NoNewPrivs:\t1', 'Seccomp:\t2'])
      t.match(status, line)
  })

  const hasAppArmor = existsSync('/sys/kernel/security/apparmor/profiles')
  await t.test(
    'AppArmor: the engine’s profile, and none',
    { skip: !hasAppArmor && 'this machine has no AppArmor' },
    async (t) => {
      t.match(await inside(await started({}), 'cat /proc/1/attr/current'), /^docker-default/)
      t.match(await inside(await started({ appArmor: 'unconfined' }), 'cat /proc/1/attr/current'), /^unconfined/)
    },
  )
})

/** Of the kernel's, as far as it tells. */
function hasEveryCapability(): boolean {
  const last = BigInt(readFileSync('/proc/sys/kernel/cap_last_cap', 'utf8').trim())
  const own = /^CapEff:\s*([0-9a-f]+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '0'
  return BigInt(`0x${own}`) === (1n << (last + 1n)) - 1n
}

async function engineJson(host: string, path: string): Promise<{ State: { Pid: number } }> {
  const { text } = await engineCall(host, 'GET', path)
  return JSON.parse(text) as { State: { Pid: number } }
}
