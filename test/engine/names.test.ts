/** What a process in a pod sees of names, and of what the pod shares, on a real engine. */

import { randomUUID } from 'node:crypto'
import { readlinkSync } from 'node:fs'

import t, { type Test } from 'tap'

import { DockerRuntime } from '../../lib/docker/index.js'
import { serviceFacts, type Endpoint } from '../../lib/plan/index.js'
import { serviceEntries } from '../../lib/plan/names.js'
import {
  podKey,
  podUid,
  type ContainerFacts,
  type ContainerSpec,
  type DesiredService,
  type SandboxSpec,
} from '../../lib/pod/index.js'
import { engineMissing, startTestEngine } from '../support/engine.js'
import { importBusybox } from '../support/images.js'
import { silentLogger } from '../support/logger.js'
import { isWanted as isPodman } from '../support/podman.js'
import { anOwner, aPod } from '../support/pods.js'
import { plainContainer, plainSandbox } from '../support/specs.js'

const image = 'podkeep-test/busybox:names'
const aService: DesiredService = {
  ...{
    key: podKey('shop', 'hello'),
    namespace: 'shop',
    name: 'hello',
    file: 'service.yaml',
    selector: { app: 'greeter' },
  },
  ...{ ports: [], isHeadless: false, publishNotReadyAddresses: false },
}
const anEndpoint: Endpoint = {
  ...{ pod: podKey('shop', 'hello'), namespace: 'shop', labels: {}, ip: '192.0.2.1', isReady: true },
  ...{ hostname: 'hello', subdomain: null },
}
const sleeping = ['sleep', '100000']

await t.test('names on a real engine', { skip: engineMissing() }, async (t) => {
  const engine = await startTestEngine()
  t.teardown(() => engine.close())
  await importBusybox(engine.socketPath, image)
  const address = { kind: 'socket', socketPath: engine.socketPath } as const
  const runtime = new DockerRuntime({ address, owner: anOwner('names'), logger: silentLogger })
  t.teardown(() => runtime.close())
  await runtime.connect()
  const at = { runtime, t }

  await t.test('hostname, domain, aliases of hosts and resolv.conf are what the pod asked for', async (t) => {
    const { container } = await aPodWith(at, {
      hostname: 'web-0',
      domain: 'peers.shop.svc.cluster.local',
      files: {
        hosts: [{ ip: '192.0.2.7', names: ['old.example', 'older.example'] }],
        dns: {
          nameservers: ['192.0.2.53'],
          searches: ['shop.svc.cluster.local', 'lan'],
          options: ['ndots:1', 'timeout:1'],
        },
      },
    })
    t.equal(await said(at, container, 'hostname'), 'web-0')
    // podman knows no domain of a container.
    if (!isPodman) t.equal(await said(at, container, 'hostname -f'), 'web-0.peers.shop.svc.cluster.local')
    t.match(await said(at, container, 'cat /etc/hosts'), /192\.0\.2\.7\told\.example[^]*192\.0\.2\.7\tolder\.example/)
    const resolv = await said(at, container, 'cat /etc/resolv.conf')
    t.match(resolv, /^search shop\.svc\.cluster\.local lan$/m)
    t.match(resolv, /^options ndots:1 timeout:1$/m)
  })

  await t.test('a whole domain name as the hostname, and no search at all', async (t) => {
    const { container } = await aPodWith(at, {
      hostname: 'a.b.shop.svc.cluster.local',
      files: { hosts: [], dns: { nameservers: ['192.0.2.53'], searches: ['.'], options: [] } },
    })
    t.equal(await said(at, container, 'hostname'), 'a.b.shop.svc.cluster.local')
    t.notMatch(await said(at, container, 'cat /etc/resolv.conf'), /^search/m)
  })

  await t.test('a bare name leads to the pod of one’s own namespace, a longer one to any', async (t) => {
    const ips: Record<string, string> = {}
    const dns = { nameservers: [], searches: ['shop.svc.cluster.local'], options: ['ndots:1'] }
    for (const namespace of ['stage', 'shop']) {
      const aliases = [`db.${namespace}`, `db.${namespace}.svc.cluster.local`]
      const { sandbox } = await aPodWith(at, { hostname: 'db', aliases })
      ips[namespace] = (await runtime.inspect(sandbox.id))?.ip ?? ''
    }
    const { container } = await aPodWith(at, { files: { hosts: [], dns } })
    t.match(await said(at, container, 'nslookup db | tail -n +3'), `Address: ${ips['shop']}`)
    t.match(await said(at, container, 'nslookup db.stage | tail -n +3'), `Address: ${ips['stage']}`)
    t.match(await said(at, container, 'ping -c 1 db'), `(${ips['shop']})`)
  })

  await t.test('a pod is found by a Service’s name that was written while it ran', async (t) => {
    const server = await aPodWith(at, {}, { command: ['sh', '-c', 'echo hello > /index.html; httpd -f -p 80 -h /'] })
    const ip = (await runtime.inspect(server.sandbox.id))?.ip ?? ''
    const { sandbox, container } = await aPodWith(at, {})
    await runtime.updateNames(sandbox.id, [{ ip, names: ['web.shop.svc.cluster.local', 'web.shop', 'web'] }])
    for (const name of ['web', 'web.shop', 'web.shop.svc.cluster.local'])
      t.equal(await said(at, container, `wget -q -O - http://${name}/`), 'hello', name)
    await runtime.updateNames(sandbox.id, [{ ip: '192.0.2.9', names: ['web'] }])
    t.match(await said(at, container, 'ping -c 1 -W 1 web'), /\(192\.0\.2\.9\)/, 'and by no other once it has moved')
  })

  await t.test('a Service’s name without a ready pod never leads to the pod that DNS knows by it', async (t) => {
    const serving = { command: ['sh', '-c', 'echo the pod > /index.html; httpd -f -p 80 -h /'] }
    const aliases = ['hello.shop', 'hello.shop.svc.cluster.local']
    await aPodWith(at, { hostname: 'hello', aliases }, serving)
    const dns = { nameservers: [], searches: ['shop.svc.cluster.local'], options: ['ndots:1'] }
    const { sandbox, container } = await aPodWith(at, { files: { hosts: [], dns } })
    const ask = 'wget -q -O - http://hello/ 2>&1; true'
    t.match(await said(at, container, ask), 'the pod', 'which it is found by as long as there is no Service')
    const facts = serviceFacts([aService], [anEndpoint])
    await runtime.updateNames(sandbox.id, serviceEntries(aPod({ namespace: 'shop' }), facts))
    const startedMs = performance.now()
    t.match(await said(at, container, ask), /unreachable/i)
    t.ok(performance.now() - startedMs < 15_000, 'and the kernel says so at once')
  })

  await t.test('processes: each container its own, all of the pod, all of the machine', async (t) => {
    const first = await aPodWith(at, {}, { processes: 'sandbox' })
    t.match(await said(at, first.container, 'ps'), /sleep 100000/)
    t.not(await said(at, first.container, 'cat /proc/1/cmdline'), 'sleep100000', 'the sandbox is process 1')
    const own = await aPodWith(at, {})
    t.equal((await said(at, own.container, 'cat /proc/1/cmdline')).replaceAll('\0', ' ').trim(), 'sleep 100000')
    const host = await aPodWith(at, {}, { processes: 'host' })
    t.match(await said(at, host.container, `cat /proc/${process.pid}/cmdline`), /names\.test/)
  })

  await t.test('shared memory is the pod’s, or the machine’s', async (t) => {
    const ipcOf = async (facts: ContainerFacts) => said(at, facts, 'readlink /proc/self/ns/ipc')
    const pod = await aPodWith(at, {})
    const host = await aPodWith(at, { hostIpc: true }, { hostIpc: true, processes: 'host' })
    t.not(await ipcOf(pod.container), await ipcOf(host.container))
    t.equal(await ipcOf(host.container), readlinkSync('/proc/self/ns/ipc'))
  })

  await t.test('a container on the host’s network without a sandbox has the pod’s aliases and names too', async (t) => {
    const files = { hosts: [{ ip: '192.0.2.8', names: ['old.example'] }], dns: null }
    const { identity } = sandboxSpec({})
    const container = await runtime.createContainer({
      ...{ identity: { ...identity, kind: 'container' as const, name: 'app', hash: '1:c' }, image },
      ...{ ...plainContainer, command: sleeping, files },
    })
    await runtime.start(container.id)
    await runtime.updateNames(container.id, [{ ip: '192.0.2.1', names: ['web.shop'] }])
    const hosts = await said(at, container, 'cat /etc/hosts')
    t.match(hosts, '192.0.2.8\told.example')
    t.match(hosts, '192.0.2.1\tweb.shop')
  })
})

interface Place {
  readonly runtime: DockerRuntime
  readonly t: Test
}

async function aPodWith(
  { runtime }: Place,
  sandboxFields: Partial<SandboxSpec>,
  containerFields: Partial<ContainerSpec> = {},
): Promise<{ sandbox: ContainerFacts; container: ContainerFacts }> {
  const spec = sandboxSpec(sandboxFields)
  const sandbox = await runtime.createSandbox(spec)
  await runtime.start(sandbox.id)
  const container = await runtime.createContainer({
    identity: { ...spec.identity, kind: 'container', name: 'app', hash: '1:c', sandboxId: sandbox.id },
    image,
    ...plainContainer,
    command: sleeping,
    ...containerFields,
  })
  await runtime.start(container.id)
  return { sandbox, container }
}

function sandboxSpec(fields: Partial<SandboxSpec>): SandboxSpec {
  const uid = randomUUID()
  return {
    identity: {
      ...{ namespace: 'shop', podName: `pod-${uid.slice(0, 8)}`, podUid: podUid(uid), kind: 'sandbox', name: 'POD' },
      ...{ attempt: 0, round: 0, crashes: 0, hash: '1:s', podHash: '1:s', sandboxId: null },
      ...{ file: 'pod.yaml', graceMs: 1000, podStartedAtMs: 1 },
    },
    ...plainSandbox,
    ...fields,
  }
}

async function said({ runtime }: Place, { id }: ContainerFacts, script: string): Promise<string> {
  const { output } = await runtime.exec(id, ['sh', '-c', script], 30_000)
  return output.trim()
}
