/** What only a real Docker Engine can show: its refusals, its restarts, its networks, and the built-in sandbox image at work. */

import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

import t, { type Test } from 'tap'

import { engineCall } from '../../bin/engine-call.mjs'
import { DockerRuntime, type DockerRuntimeOptions } from '../../lib/docker/index.js'
import {
  podUid,
  type ContainerFacts,
  type ContainerId,
  type ContainerSpec,
  type SandboxSpec,
} from '../../lib/pod/index.js'
import { engineMissing, startTestEngine } from '../support/engine.js'
import { importBusybox, startRegistry } from '../support/images.js'
import { rememberingLogger, silentLogger } from '../support/logger.js'
import { isWanted as isPodman, notOnPodman } from '../support/podman.js'
import { anOwner } from '../support/pods.js'
import { plainContainer, plainSandbox } from '../support/specs.js'

const image = 'podkeep-test/busybox:docker'
const patienceMs = 60_000
const skip = engineMissing()

await t.test('on a real Docker Engine', { skip }, async (t) => {
  const engine = await startTestEngine()
  t.teardown(() => engine.close())
  await importBusybox(engine.socketPath, image)
  const runtime = runtimeOn(t, engine.socketPath)
  await runtime.connect()

  await t.test('what a pod asks for reaches its process', async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'podkeep-mount-'))
    t.teardown(() => rmSync(folder, { recursive: true }))
    writeFileSync(join(folder, 'file'), 'x')
    const script = '[ "$A" = "x y" ] && [ "$PWD" = /tmp ] && [ -e /data/file ] && ! touch /data/new && [ "$1" = b ]'
    const container = await joined(runtime, {
      command: ['sh', '-c'],
      args: [script, 'a', 'b'],
      env: ['A=x y'],
      workingDir: '/tmp',
      mounts: [{ hostPath: folder, mountPath: '/data', readOnly: true }],
    })
    t.equal((await untilExited(runtime, container.id)).exitCode, 0)
  })

  await t.test('a terminal, an open stdin and a file for the last words reach the process', async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'podkeep-words-'))
    t.teardown(() => rmSync(folder, { recursive: true }))
    const hostPath = join(folder, '0')
    writeFileSync(hostPath, '', { mode: 0o666 })
    const mounts = [{ hostPath, mountPath: '/dev/termination-log', readOnly: false, isDispensable: true } as const]
    const tellTty = '[ -t 1 ] && echo terminal > /dev/termination-log'
    const ended = async (script: string, change: Partial<ContainerSpec>): Promise<number | null> => {
      const container = await joined(runtime, { command: ['sh', '-c', script], mounts, ...change })
      return (await untilExited(runtime, container.id)).exitCode
    }
    t.equal(await ended(tellTty, { tty: true }), 0)
    t.equal(readFileSync(hostPath, 'utf8'), 'terminal\n')
    t.equal(await ended(tellTty, {}), 1)
    t.equal(await ended('cat', {}), 0, 'a closed stdin is at its end')
    const reader = await joined(runtime, { command: ['cat'], stdin: true })
    await delay(300)
    t.match(await runtime.inspect(reader.id), { state: 'running' }, 'an open one is waited for')
  })

  await t.test('a file that only podkeep’s machine has is done without, and that is told once', async (t) => {
    const { logger, lines } = rememberingLogger()
    const own = runtimeOn(t, engine.socketPath, { owner: anOwner('far'), logger })
    await own.connect()
    const mounts = [
      { hostPath: '/no/such/file', mountPath: '/dev/termination-log', readOnly: false, isDispensable: true } as const,
    ]
    for (let round = 0; round < 2; round++) {
      const container = await joined(own, { command: ['sh', '-c', '[ ! -e /dev/termination-log ]'], mounts })
      t.equal((await untilExited(own, container.id)).exitCode, 0)
    }
    t.equal(lines.filter(({ level, phrase }) => level === 'warn' && phrase.includes('termination message')).length, 1)
  })

  await t.test('a program that cannot be run, and a mount that cannot be made, say so', async (t) => {
    const faults: [Partial<ContainerSpec>, string][] = [
      [{ command: ['nosuch'] }, 'COMMAND_CANNOT_RUN'],
      [{ command: ['/nosuch/program'] }, 'COMMAND_CANNOT_RUN'],
      [{ command: ['/tmp'] }, 'COMMAND_CANNOT_RUN'],
      [{ command: ['true'], workingDir: '/bin/busybox' }, 'COMMAND_CANNOT_RUN'],
      [{ mounts: [{ hostPath: '/no/such/path', mountPath: '/data', readOnly: false }] }, 'MOUNT_FAILED'],
      [{ mounts: [{ hostPath: tmpdir(), mountPath: '/bin/busybox', readOnly: false }] }, 'MOUNT_FAILED'],
      [{ resources: { cpuShares: 2, cpuQuotaMicros: 0, memoryBytes: 1024 } }, 'ENGINE_REFUSED'],
    ]
    for (const [change, code] of faults) {
      await t.rejects(joined(runtime, change), { name: 'PodkeepError', code }, JSON.stringify(change))
    }
    // podman leaves what it could not start as it was.
    if (isPodman) return
    const failed = (await runtime.list()).filter((facts) => facts.exitCode === 127 && facts.startedAtMs === null)
    t.ok(failed.length > 0 && failed.every((facts) => facts.state === 'exited' && facts.error !== ''))
  })

  await t.test('a port that another program or another pod has says so, and works once it is free', async (t) => {
    const program = createServer().listen(0, '127.0.0.1')
    await once(program, 'listening')
    const hostPort = (program.address() as AddressInfo).port
    const ports = [{ containerPort: 80, protocol: 'TCP', hostPort, hostIP: '127.0.0.1' }]
    const first = await runtime.createSandbox({ ...sandboxSpec(), ports })
    await t.rejects(runtime.start(first.id), { code: 'PORT_IN_USE' })
    const left = isPodman ? { state: 'created', error: '' } : { state: 'exited', error: /address already in use/ }
    t.match(await runtime.inspect(first.id), { ...left, startedAtMs: null })
    program.close()
    await once(program, 'close')
    await runtime.start(first.id)
    const second = await runtime.createSandbox({ ...sandboxSpec(), ports })
    await t.rejects(runtime.start(second.id), {
      code: 'PORT_IN_USE',
      message: isPodman ? /already in use/ : /already allocated/,
    })
  })

  await t.test('pods find each other by name', async (t) => {
    for (const name of ['web.shop', 'web']) {
      const server = await startedSandbox(runtime, { ...sandboxSpec(), aliases: [name] })
      const { ip } = (await runtime.inspect(server.id))!
      const script = `nslookup ${name} | grep -q -F "${ip ?? 'no address'}"`
      const client = await joined(runtime, { command: ['sh', '-c', script] })
      t.equal((await untilExited(runtime, client.id)).exitCode, 0, name)
    }
  })

  await t.test('the sandbox reaps what is left to it, sleeps, and ends at once on SIGTERM', async (t) => {
    const sandbox = await startedSandbox(runtime)
    // A process whose parent has ended belongs to PID 1, which is the sandbox here. Unreaped it would be seen for ever.
    const script = '(sleep 0.1 &); i=0; while pgrep sleep; do i=$((i+1)); [ $i -gt 500 ] && exit 1; usleep 10000; done'
    const host = { NetworkMode: 'none', PidMode: `container:${sandbox.id}` }
    const body = { Image: image, Cmd: ['sh', '-c', script], HostConfig: host }
    const { Id } = await post<{ Id: string }>(engine.host, '/containers/create', body)
    await post(engine.host, `/containers/${Id}/start`)
    t.match(await post(engine.host, `/containers/${Id}/wait`), { StatusCode: 0 })
    await engineCall(engine.host, 'DELETE', `/containers/${Id}`)
    await runtime.kill(sandbox.id, 'SIGTERM')
    t.equal((await untilExited(runtime, sandbox.id)).exitCode, 0)
  })

  await t.test('a paused container counts as running, can be ended and can be started', async (t) => {
    const trap = ['sh', '-c', 'trap "exit 5" TERM; while :; do sleep 0.1; done']
    const container = await joined(runtime, { command: trap })
    await post(engine.host, `/containers/${container.id}/pause`)
    t.match(await runtime.inspect(container.id), { state: 'running', paused: true })
    await runtime.start(container.id)
    t.match(await runtime.inspect(container.id), { state: 'running', paused: false })
    const { State } = await get<{ State: { Paused: boolean } }>(engine.host, `/containers/${container.id}/json`)
    t.equal(State.Paused, false)
    await post(engine.host, `/containers/${container.id}/pause`)
    await runtime.kill(container.id, 'SIGTERM')
    t.equal((await untilExited(runtime, container.id)).exitCode, 5)
  })

  await t.test('a foreign container that has the name stays as it is', async (t) => {
    const spec = sandboxSpec()
    const ours = await runtime.createSandbox(spec)
    const { Name } = await get<{ Name: string }>(engine.host, `/containers/${ours.id}/json`)
    await runtime.remove(ours.id, true)
    const { Id } = await post<{ Id: string }>(engine.host, `/containers/create?name=${Name.slice(1)}`, { Image: image })
    await t.rejects(runtime.createSandbox(spec), { code: 'NAME_TAKEN', message: Name.slice(1) })
    t.equal((await engineCall(engine.host, 'GET', `/containers/${Id}/json`)).status, 200)
  })

  await t.test('a creation whose answer was lost does not stand in the way of an edited pod', async (t) => {
    const spec = sandboxSpec()
    const lost = await runtime.createSandbox(spec)
    const edited = await runtime.createSandbox({
      ...spec,
      identity: { ...spec.identity, hash: '1:new', podHash: '1:new' },
    })
    t.not(edited.id, lost.id)
    t.equal(await runtime.inspect(lost.id), null)
  })

  await t.test(
    'a host that refuses negative OOM scores is found out once, and nothing stays of the probe',
    async (t) => {
      const { logger, lines } = rememberingLogger()
      const own = runtimeOn(t, engine.socketPath, { owner: anOwner('oom'), logger })
      await own.connect()
      const containers = await Promise.all([0, 1].map(() => joined(own, { command: ['true'], oomScoreAdj: -997 })))
      for (const { id } of containers)
        t.equal((await untilExited(own, id)).exitCode, 0, 'it runs, whatever the host allows')
      t.ok(lines.filter((line) => line.level === 'warn').length <= 1)
      const all = await get<{ Labels: object }[]>(engine.host, '/containers/json?all=1')
      t.equal(all.filter(({ Labels }) => 'io.podkeep.probe' in Labels).length, 0)
    },
  )

  await t.test('a network and a sandbox image that someone pruned are made again', async (t) => {
    const own = runtimeOn(t, engine.socketPath, { owner: anOwner('pruned'), networkName: 'podkeep-pruned-net' })
    await own.connect()
    const made = await own.createSandbox(sandboxSpec())
    await engineCall(engine.host, 'DELETE', '/networks/podkeep-pruned-net')
    await own.start(made.id)
    t.match(await own.inspect(made.id), { state: 'running', ip: /./ })
    // podman removes no image that a container is made from.
    if (isPodman) return
    for (const facts of [...(await own.list()), ...(await runtime.list())]) {
      if (facts.kind === 'sandbox') await (facts.id === made.id ? own : runtime).remove(facts.id, true)
    }
    const removed = await engineCall(engine.host, 'DELETE', `/images/${made.image}?force=1`)
    t.equal(removed.status, 200, removed.text)
    t.match(await own.createSandbox(sandboxSpec()), { state: 'created' })
  })

  await testPulling(t, engine.socketPath, runtime)
})

await t.test('an engine that hangs is noticed by every call and by the events', { skip }, async (t) => {
  const engine = await startTestEngine()
  t.teardown(() => engine.close())
  const runtime = runtimeOn(t, engine.socketPath)
  await runtime.connect()
  const hasty = runtimeOn(t, engine.socketPath, { deadlines: { readMs: 3000, eventsQuietMs: 100 } })
  const events = hasty.events(new AbortController().signal, () => engine.pause())
  await t.rejects(events.next(), { code: 'ENGINE_TIMEOUT', message: /alive/ })
  const calls: Promise<unknown>[] = [hasty.list(), hasty.remove('0'.repeat(64) as ContainerId, true), hasty.connect()]
  await Promise.all(calls.map((call) => t.rejects(call, { code: 'ENGINE_TIMEOUT' })))
  engine.resume()
  t.same(await runtime.list(), [])
})

const endsWithIt = { skip: skip || notOnPodman('its containers do not end with it') }
await t.test('containers that ended with the engine are told from those that crashed', endsWithIt, async (t) => {
  const engine = await startTestEngine()
  t.teardown(() => engine.close())
  await importBusybox(engine.socketPath, image)
  const runtime = runtimeOn(t, engine.socketPath)
  await runtime.connect()
  for (const bounce of [
    () => engine.restart(),
    async () => {
      await engine.kill()
      await engine.startAgain()
    },
  ]) {
    // It ends by the signal it gets from the engine, with an exit code that does not tell.
    const obedient = 'trap "exit 0" TERM; while :; do sleep 0.1; done'
    const container = await joined(runtime, { command: ['sh', '-c', obedient] })
    let opened = (): void => {}
    const open = new Promise<void>((resolve) => (opened = resolve))
    const ended = (async () => {
      for await (const event of runtime.events(new AbortController().signal, opened)) {
        t.equal(event.kind, 'changed')
        // While the engine goes it answers now and then; of what it ended it must not be believed.
        const facts = event.id === container.id ? await runtime.inspect(event.id).catch(() => null) : null
        t.notOk(facts?.endedAlone, 'what the engine ends did not end alone')
      }
    })()
    await open
    const early = await joined(runtime, { command: ['sh', '-c', 'exit 3'] })
    t.match(await untilExited(runtime, early.id), { endedAlone: true }, 'before the engine was told to stop')
    await bounce()
    await ended
    await runtime.connect()
    t.match(await untilExited(runtime, container.id), { diedWithEngine: true, oomKilled: false })
    const crashed = await joined(runtime, { command: ['sh', '-c', 'exit 3'] })
    t.match(await untilExited(runtime, crashed.id), { diedWithEngine: false, exitCode: 3 })
  }
})

async function testPulling(t: Test, socketPath: string, runtime: DockerRuntime): Promise<void> {
  const ignore = (): void => {}
  await t.test('an image is pulled by tag and by digest, and what is wrong with it is told apart', async (t) => {
    const registry = await startRegistry()
    t.teardown(() => registry.close())
    const digest = await registry.push(socketPath, image, 'team/app:1')
    const name = `${registry.host}/team/app`
    for (const reference of [`${name}:1`, `${name}@${digest}`, `${name}:1@${digest}`]) {
      await engineCall(`unix://${socketPath}`, 'DELETE', `/images/${name}:1?force=1`)
      const facts = await runtime.pullImage(reference, ignore)
      t.same(await runtime.inspectImage(reference), facts, reference)
    }
    await t.rejects(runtime.pullImage(`${name}:absent`, ignore), { code: 'IMAGE_NOT_FOUND' })
    await t.rejects(runtime.pullImage(`${registry.host}/no/such:1`, ignore), { code: 'IMAGE_NOT_FOUND' })
    await registry.stop()
    await t.rejects(runtime.pullImage(`${name}:1`, ignore), { code: 'REGISTRY_UNAVAILABLE' })
  })

  await t.test('a registry that wants a login says so', async (t) => {
    const registry = await startRegistry({ auth: true })
    t.teardown(() => registry.close())
    await registry.push(socketPath, image, 'private/app:1')
    await t.rejects(runtime.pullImage(`${registry.host}/private/app:1`, ignore), { code: 'IMAGE_FORBIDDEN' })
  })
}

function runtimeOn(t: Test, socketPath: string, options: Partial<DockerRuntimeOptions> = {}): DockerRuntime {
  const address = { kind: 'socket', socketPath } as const
  const runtime = new DockerRuntime({ address, owner: anOwner(), logger: silentLogger, ...options })
  t.teardown(() => runtime.close())
  return runtime
}

function sandboxSpec(): SandboxSpec {
  const uid = randomUUID()
  return {
    identity: {
      namespace: 'default',
      podName: `pod-${uid.slice(0, 8)}`,
      podUid: podUid(uid),
      kind: 'sandbox',
      name: 'POD',
      attempt: 0,
      crashes: 0,
      round: 0,
      hash: '1:s',
      podHash: '1:s',
      sandboxId: null,
      file: 'pod.yaml',
      graceMs: 1000,
      podStartedAtMs: 1,
    },
    ...plainSandbox,
  }
}

async function startedSandbox(runtime: DockerRuntime, spec = sandboxSpec()): Promise<ContainerFacts> {
  const sandbox = await runtime.createSandbox(spec)
  await runtime.start(sandbox.id)
  return sandbox
}

/** A started container in a pod of its own. */
async function joined(runtime: DockerRuntime, change: Partial<ContainerSpec>): Promise<ContainerFacts> {
  const spec = sandboxSpec()
  const sandbox = await startedSandbox(runtime, spec)
  const container = await runtime.createContainer({
    identity: { ...spec.identity, kind: 'container', name: 'app', hash: '1:c', sandboxId: sandbox.id },
    image,
    ...plainContainer,
    ...change,
  })
  await runtime.start(container.id)
  return container
}

async function untilExited(runtime: DockerRuntime, id: ContainerId): Promise<ContainerFacts> {
  const giveUpMs = Date.now() + patienceMs
  while (Date.now() < giveUpMs) {
    const facts = await runtime.inspect(id)
    if (facts?.state === 'exited') return facts
    await delay(20)
  }
  throw new Error(`container ${id} did not end`)
}

async function get<Answer>(host: string, path: string): Promise<Answer> {
  return JSON.parse((await engineCall(host, 'GET', path)).text) as Answer
}

async function post<Answer>(host: string, path: string, body: object = {}): Promise<Answer> {
  const headers = { 'Content-Type': 'application/json' }
  const { status, text } = await engineCall(host, 'POST', path, { headers, body: JSON.stringify(body) })
  if (status >= 400) throw new Error(`POST ${path}: ${status} ${text}`)
  return (text === '' ? null : JSON.parse(text)) as Answer
}
