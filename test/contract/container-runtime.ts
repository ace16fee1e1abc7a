/**
 * What every ContainerRuntime promises (lib/ports/container-runtime.ts, R1 to R5 and the comments on its methods), stated in
 * terms of the port alone. The adapter on a real engine and the simulation's model engine both pass it: it keeps the model honest.
 */

import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'

import t, { type Test } from 'tap'

import { podUid, PodkeepError, type ContainerId, type SecuritySpec } from '../../lib/pod/index.js'
import { noSecurity } from '../support/pods.js'
import { testReader } from './container-reader.js'
import {
  programs,
  type RuntimeUnderTest,
  lacking,
  absentId,
  resources,
  aPod,
  sandboxSpec,
  containerSpec,
  runningPod,
  ofPod,
  look,
  untilExited,
  until,
  listen,
  throws,
} from './under-test.js'

export async function containerRuntimeContract(
  name: string,
  makeRuntime: () => Promise<RuntimeUnderTest>,
): Promise<void> {
  await t.test(name, async (t) => {
    const under = await makeRuntime()
    t.teardown(() => under.close())
    await under.runtime.connect()
    await testCreating(t, under)
    await testStarting(t, under)
    await testEnding(t, under)
    await testExec(t, under)
    await testNames(t, under)
    await testLog(t, under)
    await testDiskUse(t, under)
    await testReader(t, under)
    await testImages(t, under)
    await testOwnership(t, under)
    await testFolders(t, under)
    await testEvents(t, under)
    await testInterruption(t, under)
    await testClosing(t, makeRuntime)
  })
}

async function testCreating(t: Test, under: RuntimeUnderTest): Promise<void> {
  const { runtime, image } = under
  await t.test('connect tells what engine is there, and may be called again', async (t) => {
    const info = await runtime.connect()
    t.match(info.apiVersion, /^\d+\.\d+$/)
    t.ok(info.name.length > 0 && info.version.length > 0)
    t.ok(info.memoryBytes > 0 && info.cpus > 0)
    t.same(await runtime.connect(), info)
  })

  await t.test('a new container is created, carries its identity, and has no times and no exit code', async (t) => {
    const pod = aPod()
    const sandbox = await runtime.createSandbox(sandboxSpec(pod))
    const container = await runtime.createContainer(containerSpec(pod, sandbox, image, programs.forever))
    t.match(sandbox, { ...pod, kind: 'sandbox', name: 'POD', sandboxId: null, state: 'created' })
    t.match(container, { ...pod, kind: 'container', name: 'app', sandboxId: sandbox.id, state: 'created' })
    t.match(container, { startedAtMs: null, finishedAtMs: null, exitCode: null, error: '', image, resources })
    const seen = { ...(await runtime.inspect(container.id)), createdAtMs: 0 }
    t.same(seen, { ...container, createdAtMs: 0 }, 'and another look says the same')
  })

  await t.test('a container’s own stop signal is told, at once and at every look', async (t) => {
    const pod = aPod()
    const sandbox = await runtime.createSandbox(sandboxSpec(pod))
    const spec = { ...containerSpec(pod, sandbox, image, programs.forever), stopSignal: 'SIGUSR1' }
    const container = await runtime.createContainer(spec)
    t.equal(container.stopSignal, 'SIGUSR1')
    t.equal((await look(runtime, container.id)).stopSignal, 'SIGUSR1')
  })

  await t.test('a sandbox tells which ports of the host it was made with, at once and at every look', async (t) => {
    const all = { containerPort: 80, protocol: 'TCP', hostPort: 8080, hostIP: null }
    const ports = [all, { ...all, hostIP: '127.0.0.1', hostPort: 8081 }, { ...all, protocol: 'UDP', containerPort: 53 }]
    const sandbox = await runtime.createSandbox({ ...sandboxSpec(aPod()), ports })
    t.same(sandbox.ports, ports)
    const byPort = (a: object, b: object): number => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)
    t.same([...((await look(runtime, sandbox.id)).ports ?? [])].sort(byPort), [...ports].sort(byPort))
    const without = await runtime.createSandbox(sandboxSpec(aPod()))
    t.equal((await look(runtime, without.id)).ports, undefined)
  })

  await t.test('a sandbox tells which claims it keeps in use, at once and at every look', async (t) => {
    const claim = { namespace: 'default', name: 'data' }
    await runtime.ensureClaim(claim)
    const sandbox = await runtime.createSandbox({ ...sandboxSpec(aPod()), claims: [claim, claim] })
    t.same([sandbox.claims, (await look(runtime, sandbox.id)).claims], [['data'], ['data']])
    await runtime.start(sandbox.id)
    t.same((await look(runtime, sandbox.id)).claims, ['data'])
  })

  await t.test('a container that may do little, in a sandbox with sysctls, is made and runs', async (t) => {
    const pod = aPod()
    const sysctls = { 'net.ipv4.ip_unprivileged_port_start': '80' }
    const sandbox = await runtime.createSandbox({ ...sandboxSpec(pod), sysctls })
    await runtime.start(sandbox.id)
    const security: SecuritySpec = {
      ...noSecurity,
      ...{ user: '1000:1000', supplementalGroups: [7], readOnlyRootFilesystem: true, noNewPrivileges: true },
      ...{ dropCapabilities: ['ALL'], addCapabilities: ['NET_BIND_SERVICE'] },
      seccomp: '{"defaultAction":"SCMP_ACT_ALLOW"}',
    }
    const spec = { ...containerSpec(pod, sandbox, image, programs.forever), security }
    const container = await runtime.createContainer(spec)
    await runtime.start(container.id)
    t.match(await look(runtime, container.id), { state: 'running' })
  })

  await t.test('an image tells its USER', async (t) => {
    t.match(await runtime.inspectImage(image), { user: '' })
    t.match(await runtime.inspectImage(under.imageOfUser), { user: '1234' })
  })

  await t.test('a mount that can be done without keeps no container from being made', async (t) => {
    const { container } = await runningPod(under, programs.forever, {
      mounts: [{ hostPath: '/no/such/file', mountPath: '/dev/words', readOnly: false, isDispensable: true }],
      stdin: true,
      stdinOnce: true,
      tty: true,
    })
    t.match(await look(runtime, container.id), { state: 'running' })
  })

  await t.test('the volume of a claim is made once, and each claim has its own', async (t) => {
    const claim = { namespace: 'default', name: `claim-${randomUUID().slice(0, 8)}` }
    const path = await runtime.ensureClaim(claim)
    t.match(path, /^\//)
    t.equal(await runtime.ensureClaim(claim), path)
    t.not(await runtime.ensureClaim({ ...claim, namespace: 'other' }), path)
    t.not(await runtime.ensureClaim({ ...claim, name: `${claim.name}-2` }), path)
    t.not(await under.otherNode.ensureClaim(claim), path, 'and each node')
    const known = (await runtime.claims()).filter(({ name }) => name.startsWith(claim.name))
    const all = [claim, { ...claim, name: `${claim.name}-2` }, { ...claim, namespace: 'other' }]
    t.same(
      known.map(({ namespace, name }) => `${namespace}/${name}`).sort(),
      all.map(({ namespace, name }) => `${namespace}/${name}`).sort(),
    )
    const others = await under.otherNode.claims()
    t.same(
      others.filter(({ name }) => name.startsWith(claim.name)),
      [claim],
      'those of this node only',
    )
    const { container } = await runningPod(under, programs.forever, {
      mounts: [{ claim, mountPath: '/data', readOnly: false }],
    })
    await runtime.kill(container.id, 'SIGKILL')
  })

  const mountsShares = { skip: lacking(under, 'NFS shares') }
  await t.test(
    'a share that nobody serves keeps a container from its start, and is no end',
    mountsShares,
    async (t) => {
      const pod = aPod()
      const sandbox = await runtime.createSandbox(sandboxSpec(pod))
      await runtime.start(sandbox.id)
      const share = { server: '127.0.0.1', path: '/nobody/serves/this' }
      const container = await runtime.createContainer({
        ...containerSpec(pod, sandbox, image, programs.forever),
        mounts: [{ share, mountPath: '/data', readOnly: false }],
      })
      for (let round = 0; round < 2; round++) {
        await throws(t, runtime.start(container.id), 'NFS_FAILED')
        t.match(await look(runtime, container.id), { state: 'created', startedAtMs: null, exitCode: null })
      }
      await runtime.remove(container.id, false)
      t.equal(await runtime.inspect(container.id), null)
    },
  )

  await t.test('R4: creating again returns the one that is there, in the state it is in', async (t) => {
    const pod = aPod()
    const sandbox = await runtime.createSandbox(sandboxSpec(pod))
    t.equal((await runtime.createSandbox(sandboxSpec(pod))).id, sandbox.id)
    await runtime.start(sandbox.id)
    t.match(await runtime.createSandbox(sandboxSpec(pod)), { id: sandbox.id, state: 'running' })
    const spec = containerSpec(pod, sandbox, image, programs.forever)
    const twice = await Promise.all([runtime.createContainer(spec), runtime.createContainer(spec)])
    t.equal(twice[0].id, twice[1].id, 'also when both calls are under way at once')
    t.equal((await ofPod(runtime, pod)).length, 2)
  })

  await t.test('another attempt, another uid and another pod are other containers', async (t) => {
    const pod = aPod()
    const first = await runtime.createSandbox(sandboxSpec(pod))
    const others = [
      { ...pod, attempt: 1 },
      { ...pod, podUid: podUid(randomUUID()) },
      { ...pod, podName: `${pod.podName}x` },
    ]
    const ids = new Set<string>([first.id])
    for (const other of others) ids.add((await runtime.createSandbox(sandboxSpec(other))).id)
    t.equal(ids.size, 4)
  })

  await t.test(
    'R4: a name that is taken by what was made from something else is refused once that has run',
    async (t) => {
      const pod = aPod()
      const sandbox = await runtime.createSandbox(sandboxSpec(pod))
      await runtime.start(sandbox.id)
      await throws(t, runtime.createSandbox(sandboxSpec({ ...pod, hash: '1:other', podHash: '1:other' })), 'NAME_TAKEN')
      t.match(await runtime.inspect(sandbox.id), { state: 'running' })
    },
  )
}

async function testStarting(t: Test, under: RuntimeUnderTest): Promise<void> {
  const { runtime, image } = under
  await t.test('R3: starting what runs is success; a running sandbox has an address', async (t) => {
    const { sandbox, container } = await runningPod(under, programs.forever)
    await runtime.start(container.id)
    await runtime.start(sandbox.id)
    const seen = await look(runtime, container.id)
    t.match(seen, { state: 'running', finishedAtMs: null, exitCode: null, diedWithEngine: false })
    t.ok((seen.startedAtMs ?? 0) >= seen.createdAtMs)
    t.match((await look(runtime, sandbox.id)).ip, /^[0-9a-f.:]+$/)
  })

  await t.test('a host-network sandbox has no address of its own', async (t) => {
    const sandbox = await runtime.createSandbox({ ...sandboxSpec(aPod()), hostNetwork: true })
    await runtime.start(sandbox.id)
    t.match(await look(runtime, sandbox.id), { state: 'running', ip: null })
  })

  await t.test('starting what is gone says so', async (t) => {
    await throws(t, runtime.start(absentId), 'CONTAINER_GONE')
  })

  const startsAll = { skip: lacking(under, 'refusing a dead sandbox') }
  await t.test('joining a sandbox that has ended says so', startsAll, async (t) => {
    const pod = aPod()
    const sandbox = await runtime.createSandbox(sandboxSpec(pod))
    await runtime.start(sandbox.id)
    const container = await runtime.createContainer(containerSpec(pod, sandbox, image, programs.forever))
    await runtime.kill(sandbox.id, 'SIGKILL')
    await untilExited(under, sandbox.id)
    await throws(t, runtime.start(container.id), 'SANDBOX_NOT_RUNNING')
    const seen = await look(runtime, container.id)
    t.match(seen, { state: 'exited', startedAtMs: null }, 'what could not be started counts as exited')
    t.not(seen.error, '')
    t.ok(seen.finishedAtMs !== null && seen.finishedAtMs >= seen.createdAtMs)
  })

  await t.test('updateResources changes limits in place; of what is gone it says so', async (t) => {
    const { container } = await runningPod(under, programs.forever)
    const wanted = { cpuShares: 512, cpuQuotaMicros: 50_000, memoryBytes: 64 * 1024 * 1024, pidsLimit: 100 }
    await runtime.updateResources(container.id, wanted)
    t.match(await look(runtime, container.id), { state: 'running', resources: wanted })
    const lifted = { cpuShares: 512, cpuQuotaMicros: 0, memoryBytes: 128 * 1024 * 1024 }
    await runtime.updateResources(container.id, lifted)
    t.strictSame((await look(runtime, container.id)).resources, lifted, 'what is not limited any more is not shown')
    await throws(t, runtime.updateResources(absentId, wanted), 'CONTAINER_GONE')
  })
}

async function testEnding(t: Test, under: RuntimeUnderTest): Promise<void> {
  const { runtime } = under
  await t.test('a program that ends leaves its exit code and times', async (t) => {
    for (const code of [0, 3]) {
      const { container } = await runningPod(under, programs.exits(code))
      const seen = await untilExited(under, container.id)
      t.match(seen, { exitCode: code, oomKilled: false, error: '', diedWithEngine: false })
      t.ok(seen.startedAtMs !== null && seen.finishedAtMs !== null && seen.finishedAtMs >= seen.startedAtMs)
    }
  })

  await t.test('R6: an end that the engine outlived, while its events were heard, is known as such', async (t) => {
    const { container } = await runningPod(under, programs.exits(3))
    await untilExited(under, container.id)
    const listener = await listen(runtime)
    t.match(await look(runtime, container.id), { endedAlone: true, diedWithEngine: false })
    const listed = (await runtime.list()).find(({ id }) => id === container.id)
    t.match(listed, { endedAlone: true })
    const { container: alive } = await runningPod(under, programs.forever)
    t.notOk((await look(runtime, alive.id)).endedAlone)
    await listener.stop()
  })

  await t.test('SIGTERM may be ignored, SIGKILL may not', async (t) => {
    const { container } = await runningPod(under, programs.ignoresTerm)
    t.equal(await runtime.kill(container.id, 'SIGTERM'), true)
    t.equal(await runtime.kill(container.id, 'SIGKILL'), true)
    t.equal((await untilExited(under, container.id)).exitCode, 137)
  })

  await t.test('a signal is heard by a program that knows it, and does nothing to one that does not', async (t) => {
    const { container: deaf } = await runningPod(under, programs.forever)
    for (const signal of ['SIGHUP', 'SIGUSR1', 'SIGWINCH', 'SIGPOLL', 'SIGCLD', 'SIGIOT', 'SIGRTMIN+1', 'SIGRTMAX-14'])
      t.equal(await runtime.kill(deaf.id, signal), true, signal)
    const { container: hearing } = await runningPod(under, programs.hears('HUP', 7))
    t.equal(await runtime.kill(hearing.id, 'SIGUSR2'), true)
    t.match(await look(runtime, hearing.id), { state: 'running' })
    t.equal(await runtime.kill(hearing.id, 'SIGHUP'), true)
    t.equal((await untilExited(under, hearing.id)).exitCode, 7)
    t.match(await look(runtime, deaf.id), { state: 'running' })
  })

  await t.test('a sandbox ends by itself on SIGTERM', async (t) => {
    const { sandbox } = await runningPod(under, programs.forever)
    await runtime.kill(sandbox.id, 'SIGTERM')
    t.equal((await untilExited(under, sandbox.id)).exitCode, 0)
  })

  await t.test('R3: killing what has ended, was never started or is gone is success, and told apart', async (t) => {
    const { container } = await runningPod(under, programs.exits(0))
    await untilExited(under, container.id)
    t.equal(await runtime.kill(container.id, 'SIGTERM'), false)
    t.equal(await runtime.kill(absentId, 'SIGKILL'), false)
    const created = await runtime.createSandbox(sandboxSpec(aPod()))
    t.equal(await runtime.kill(created.id, 'SIGKILL'), false)
    t.match(await look(runtime, created.id), { state: 'created' })
  })

  await t.test(
    'R3: removing works on what is created, running and ended, and of what is gone it is success',
    async (t) => {
      const { sandbox, container } = await runningPod(under, programs.forever)
      const created = await runtime.createSandbox(sandboxSpec(aPod()))
      const ended = await runningPod(under, programs.exits(1))
      await untilExited(under, ended.container.id)
      for (const { id } of [container, sandbox, created, ended.container]) {
        await runtime.remove(id, true)
        t.equal(await runtime.inspect(id), null)
        await runtime.remove(id, true)
      }
      await Promise.all([runtime.remove(ended.sandbox.id, true), runtime.remove(ended.sandbox.id, true)])
      t.same(await ofPod(runtime, ended.pod), [])
    },
  )
}

async function testExec(t: Test, under: RuntimeUnderTest): Promise<void> {
  const { runtime, otherNode } = under
  const timely = async <T>(promise: Promise<T>, ms: number): Promise<T> => {
    await (under.wait ?? delay)(ms)
    return promise
  }

  await t.test('exec tells how a command ended and what it said', async (t) => {
    const { container } = await runningPod(under, programs.forever)
    for (const code of [0, 3]) {
      const ended = await timely(runtime.exec(container.id, programs.says('hello', code), null), 10)
      t.same(ended, { exitCode: code, output: 'hello\n' })
    }
    const missing = await runtime.exec(container.id, ['no-such-program'], null)
    t.match(missing, { exitCode: /^12[67]$/, output: /no such file|not found/ })
    t.match(await look(runtime, container.id), { state: 'running' })
  })

  await t.test('exec gives a command no more than its time', async (t) => {
    const { container } = await runningPod(under, programs.forever)
    const tooLong = runtime.exec(container.id, programs.forever, 2000)
    t.same(await timely(tooLong, 2000), { exitCode: null, output: '' })
    t.match(await look(runtime, container.id), { state: 'running' })
  })

  await t.test('exec ends with its container', async (t) => {
    const { container } = await runningPod(under, programs.forever)
    const ended = runtime.exec(container.id, programs.forever, null)
    await timely(Promise.resolve(), 1000)
    await runtime.kill(container.id, 'SIGKILL')
    t.match(await timely(ended, 10), { exitCode: 137 })
  })

  await t.test('exec in what does not run, is gone, or is another node’s, says so', async (t) => {
    const { sandbox, container } = await runningPod(under, programs.exits(0))
    await untilExited(under, container.id)
    for (const id of [container.id, absentId]) {
      await throws(t, runtime.exec(id, programs.exits(0), null), 'CONTAINER_GONE')
    }
    await throws(t, otherNode.exec(sandbox.id, programs.exits(0), null), 'CONTAINER_GONE')
  })
}

async function testNames(t: Test, under: RuntimeUnderTest): Promise<void> {
  const { runtime } = under
  await t.test(
    'names that are written are found in every container of the pod, and replace those before',
    async (t) => {
      const { sandbox, container } = await runningPod(under, programs.forever)
      const hosts = async (): Promise<string[]> => {
        const { output } = await runtime.exec(container.id, ['cat', '/etc/hosts'], null)
        return output.split('\n').filter((line) => line.includes('.shop'))
      }
      t.same(await hosts(), [])
      const entry = (ip: string, ...names: string[]) => ({ ip, names })
      await runtime.updateNames(sandbox.id, [entry('192.0.2.1', 'web.shop', 'web'), entry('192.0.2.2', 'web.shop')])
      t.same(await hosts(), ['192.0.2.1\tweb.shop web', '192.0.2.2\tweb.shop'])
      await runtime.updateNames(sandbox.id, [entry('192.0.2.3', 'db.shop')])
      await runtime.updateNames(sandbox.id, [entry('192.0.2.3', 'db.shop')])
      t.same(await hosts(), ['192.0.2.3\tdb.shop'])
      await runtime.updateNames(sandbox.id, [])
      t.same(await hosts(), [])
      await throws(t, runtime.updateNames(absentId, []), 'CONTAINER_GONE')
    },
  )
}

async function testLog(t: Test, under: RuntimeUnderTest): Promise<void> {
  const { runtime, otherNode } = under
  await t.test('the end of the log is told when the container has ended, with a terminal and without', async (t) => {
    for (const tty of [false, true]) {
      const { container } = await runningPod(under, programs.says('goodbye', 3), { tty })
      await untilExited(under, container.id)
      t.match(await runtime.lastLog(container.id), /^goodbye\r?\n$/)
    }
    const { container } = await runningPod(under, programs.exits(1))
    await untilExited(under, container.id)
    t.equal(await runtime.lastLog(container.id), '')
  })

  await t.test('the log of what is gone, or is another node’s, is not told', async (t) => {
    const { container } = await runningPod(under, programs.says('goodbye', 3))
    await throws(t, runtime.lastLog(absentId), 'CONTAINER_GONE')
    await otherNode.connect()
    await throws(t, otherNode.lastLog(container.id), 'CONTAINER_GONE')
  })
}

async function testDiskUse(t: Test, under: RuntimeUnderTest): Promise<void> {
  const { runtime, otherNode, wait = delay } = under
  const mebi = 2 ** 20
  await t.test('what a container wrote into files of its own is told, and nothing of what is gone', async (t) => {
    const idle = await runningPod(under, programs.forever)
    const { container } = await runningPod(under, programs.writes(3 * mebi))
    const use = async (id: ContainerId): Promise<number> => (await runtime.diskUse(id)) ?? NaN
    for (let tries = 0; tries < 100 && (await use(container.id)) < 3 * mebi; tries++) await wait(100)
    t.ok((await use(container.id)) >= 3 * mebi)
    t.ok((await use(container.id)) < 4 * mebi)
    t.ok((await use(idle.container.id)) < mebi)
    t.equal(await runtime.diskUse(absentId), null)
    await otherNode.connect()
    t.equal(await otherNode.diskUse(container.id), null)
    await runtime.remove(container.id, true)
    t.equal(await runtime.diskUse(container.id), null)
  })
}

async function testImages(t: Test, { runtime, image }: RuntimeUnderTest): Promise<void> {
  await t.test('an image is there, is not, or cannot be', async (t) => {
    t.match(await runtime.inspectImage(image), { id: /./ })
    t.equal(await runtime.inspectImage('podkeep-test/absent:1'), null)
    for (const name of ['', 'a/Upper', 'a b', '../etc', 'x:', 'x@sha256:short', 'a?b=c', `a/${'x'.repeat(300)}`]) {
      await throws(t, runtime.inspectImage(name), 'IMAGE_NAME_INVALID')
      await throws(
        t,
        runtime.pullImage(name, () => {}),
        'IMAGE_NAME_INVALID',
      )
    }
  })

  await t.test('the files of an image are told, and what was made for that is gone', async (t) => {
    const facts = await runtime.inspectImage(image)
    const before = (await runtime.list()).length
    let bytes = 0
    for await (const part of runtime.imageFiles(facts?.id ?? '')) bytes += part.length
    t.ok(bytes >= 1024 && bytes % 512 === 0, 'an archive of whole blocks')
    t.equal((await runtime.list()).length, before)
    const readAbsent = async (): Promise<void> => {
      for await (const part of runtime.imageFiles(`sha256:${'0'.repeat(64)}`)) bytes += part.length
    }
    await throws(t, readAbsent(), 'IMAGE_ABSENT')
  })

  await t.test('a container of an absent image is not created', async (t) => {
    const pod = aPod()
    const sandbox = await runtime.createSandbox(sandboxSpec(pod))
    const spec = containerSpec(pod, sandbox, 'podkeep-test/absent:1', programs.forever)
    await throws(t, runtime.createContainer(spec), 'IMAGE_ABSENT')
    t.equal((await ofPod(runtime, pod)).length, 1)
  })
}

async function testOwnership(t: Test, under: RuntimeUnderTest): Promise<void> {
  await t.test('list has every container of this node, in any state, as inspect shows it', async (t) => {
    const { runtime } = under
    const { pod, sandbox, container } = await runningPod(under, programs.exits(0))
    const created = await runtime.createSandbox(sandboxSpec({ ...pod, attempt: 1 }))
    await untilExited(under, container.id)
    const states = new Map((await ofPod(runtime, pod)).map((facts) => [facts.id, facts]))
    t.equal(states.size, 3)
    for (const { id } of [sandbox, container, created]) t.same(states.get(id), await runtime.inspect(id))
  })

  await t.test('R5: another node’s containers are not returned and not touched', async (t) => {
    const { otherNode } = under
    await otherNode.connect()
    const { pod, sandbox } = await runningPod(under, programs.forever)
    t.same(await ofPod(otherNode, pod), [])
    t.equal(await otherNode.inspect(sandbox.id), null)
    await otherNode.kill(sandbox.id, 'SIGKILL')
    await otherNode.remove(sandbox.id, true)
    await throws(t, otherNode.start(sandbox.id), 'CONTAINER_GONE')
    await throws(t, otherNode.updateResources(sandbox.id, resources), 'CONTAINER_GONE')
    const theirs = await otherNode.createSandbox(sandboxSpec(pod))
    t.not(theirs.id, sandbox.id, 'and the same pod may exist once for each node')
    t.match(await look(under.runtime, sandbox.id), { state: 'running' })
    t.equal((await ofPod(under.runtime, pod)).length, 2)
  })
}

async function testFolders(t: Test, under: RuntimeUnderTest): Promise<void> {
  const { runtime, otherFolder } = under
  await t.test('what was made under another state folder is seen, may be taken over, and says so', async (t) => {
    await otherFolder.connect()
    const { pod, sandbox, container } = await runningPod(under, programs.forever)
    t.match(await look(runtime, sandbox.id), { isForeign: false })
    t.match(await look(otherFolder, sandbox.id), { isForeign: true, state: 'running' })
    const [listed] = (await ofPod(otherFolder, pod)).filter(({ id }) => id === sandbox.id)
    t.equal(listed?.isForeign, true)
    t.match(await otherFolder.createSandbox(sandboxSpec(pod)), { id: sandbox.id, isForeign: true }, 'found, not made')
    for (const { id } of [container, sandbox]) await otherFolder.remove(id, true)
    t.equal(await runtime.inspect(sandbox.id), null)
  })
}

async function testEvents(t: Test, under: RuntimeUnderTest): Promise<void> {
  const { runtime, otherNode } = under
  await t.test('events tell of a start, an end and a removal, with the identity, and of nobody else’s', async (t) => {
    const heard = await listen(runtime)
    const { pod, sandbox, container } = await runningPod(under, programs.forever)
    const theirs = await otherNode.createSandbox(sandboxSpec(pod))
    await otherNode.start(theirs.id)
    const told = (kind: string, id: ContainerId): number =>
      heard.events.filter((event) => event.kind === kind && event.id === id).length
    await until(
      under,
      'both starts were told',
      () => told('changed', sandbox.id) > 0 && told('changed', container.id) > 0,
    )
    const before = told('changed', container.id)
    await runtime.kill(container.id, 'SIGKILL')
    await until(under, 'the end was told', () => told('changed', container.id) > before)
    t.match(await look(runtime, container.id), { state: 'exited' }, 'what is told of is already so')
    await runtime.remove(container.id, false)
    await until(under, 'the removal was told', () => told('removed', container.id) > 0)
    const event = heard.events.find(({ id }) => id === container.id)
    t.match(event?.identity, { ...pod, kind: 'container', name: 'app' })
    t.equal(heard.events.filter(({ id }) => id === theirs.id).length, 0)
    await heard.stop()
  })

  await t.test('events end when the signal fires, also before they began', async (t) => {
    const heard = await listen(runtime)
    await heard.stop()
    for await (const event of runtime.events(AbortSignal.abort(), () => t.fail('opened'))) t.fail(event.kind)
    t.pass('ended without throwing')
  })
}

async function testInterruption(t: Test, under: RuntimeUnderTest): Promise<void> {
  const { runtime, breakEngine } = under
  if (breakEngine === undefined) return
  await t.test('an engine that goes away ends events, and every call rejects with a PodkeepError', async (t) => {
    const { sandbox } = await runningPod(under, programs.forever)
    const heard = await listen(runtime)
    const mend = await breakEngine()
    await heard.ended
    const calls: (() => Promise<unknown>)[] = [
      () => runtime.connect(),
      () => runtime.list(),
      () => runtime.inspect(sandbox.id),
      () => runtime.start(sandbox.id),
      () => runtime.kill(sandbox.id, 'SIGKILL'),
      () => runtime.remove(sandbox.id, true),
      () => runtime.createSandbox(sandboxSpec(aPod())),
    ]
    for (const call of calls) {
      await t.rejects(call(), { name: 'PodkeepError', retry: /engine|soon/ })
    }
    let opened = false
    for await (const event of runtime.events(new AbortController().signal, () => (opened = true))) t.fail(event.kind)
    t.equal(opened, false, 'events end at once, without having opened')
    await mend()
    await until(under, 'the engine answers again', async () => await runtime.connect().then(yes, no))
    t.ok(await runtime.list())
  })
}

async function testClosing(t: Test, makeRuntime: () => Promise<RuntimeUnderTest>): Promise<void> {
  await t.test('close ends everything: events end, calls reject with a PodkeepError', async (t) => {
    const other = await makeRuntime()
    t.teardown(() => other.close())
    await other.runtime.connect()
    const heard = await listen(other.runtime)
    const running = other.runtime.list().then(yes, (error: unknown) => error instanceof PodkeepError)
    await other.runtime.close()
    t.equal(await running, true, 'a call under way has settled')
    await heard.ended
    await t.rejects(other.runtime.list(), { name: 'PodkeepError' })
    await other.runtime.close()
  })
}

const yes = (): boolean => true
const no = (): boolean => false
