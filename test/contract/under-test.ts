/**
 * What the contract suites share: an engine to be tried, programs that containers run there, and pods made of them.
 *
 * Programs that a container runs here are exactly these, so a model need not know more: `forever`, `exits`, `says`, `writes`, `ignoresTerm`, `hears`.
 */

import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'

import type { Test } from 'tap'

import {
  podUid,
  containerId,
  type ContainerFacts,
  type ContainerId,
  type ContainerIdentity,
  type ContainerSpec,
  type ErrorCode,
  type SandboxSpec,
} from '../../lib/pod/index.js'
import type { ContainerReader, ContainerRuntime, RuntimeEvent } from '../../lib/ports/index.js'
import { plainContainer, plainSandbox } from '../support/specs.js'

export const programs = {
  forever: ['sleep', '100000'],
  exits: (code: number): string[] => ['sh', '-c', `exit ${code}`],
  says: (word: string, code: number): string[] => ['sh', '-c', `echo ${word}; exit ${code}`],
  writes: (bytes: number): string[] => ['sh', '-c', `head -c ${bytes} /dev/zero > /written; sleep 100000`],
  ignoresTerm: ['sh', '-c', 'trap "" TERM; while :; do sleep 1; done'],
  hears: (signal: string, code: number): string[] => [
    'sh',
    '-c',
    `trap "exit ${code}" ${signal}; while :; do sleep 1; done`,
  ],
} as const

export interface RuntimeUnderTest {
  /** Not connected yet. */
  readonly runtime: ContainerRuntime
  /** Of the same engine and node. */
  readonly reader: ContainerReader
  /** On the machine; it has /bin/sh and sleep. */
  readonly image: string
  /** The same, with USER 1234. */
  readonly imageOfUser: string
  /** A runtime of another node on the same engine, not connected yet. */
  readonly otherNode: ContainerRuntime
  /** A runtime of the same node with another state folder, not connected yet. */
  readonly otherFolder: ContainerRuntime
  /** Takes the engine away; the answer brings it back. Left out where that is tested elsewhere. */
  readonly breakEngine?: () => Promise<() => Promise<void>>
  /** Lets time pass: a model's clock is moved on. */
  readonly wait?: (ms: number) => Promise<void>
  /** What the engine cannot do; README says so. */
  readonly lacks?: ReadonlySet<Ability>
  /** Removes everything both runtimes made. */
  readonly close: () => Promise<void>
}

type Ability = 'NFS shares' | 'refusing a dead sandbox'

export const lacking = ({ lacks }: RuntimeUnderTest, ability: Ability): string | false =>
  lacks?.has(ability) === true && `this engine lacks ${ability}`

const patienceMs = 60_000
export const absentId = containerId('0'.repeat(64))
export const resources = { cpuShares: 2, cpuQuotaMicros: 0, memoryBytes: 0 }

/** What identifies the pod of one test; the rest of an identity is the same everywhere. */
export function aPod(): Omit<ContainerIdentity, 'kind' | 'name' | 'sandboxId'> {
  const uid = randomUUID()
  return {
    namespace: 'contract',
    podName: `pod-${uid.slice(0, 8)}`,
    podUid: podUid(uid),
    attempt: 0,
    crashes: 2,
    round: 1,
    hash: '1:abc',
    podHash: '1:abc',
    file: 'pod.yaml',
    graceMs: 7000,
    podStartedAtMs: 1_700_000_000_000,
  }
}

type Pod = ReturnType<typeof aPod>

export function sandboxSpec(pod: Pod): SandboxSpec {
  return {
    identity: { ...pod, kind: 'sandbox', name: 'POD', sandboxId: null },
    ...plainSandbox,
    hostname: pod.podName,
  }
}

export function containerSpec(
  pod: Pod,
  sandbox: ContainerFacts,
  image: string,
  command: readonly string[],
): ContainerSpec {
  return {
    identity: { ...pod, kind: 'container', name: 'app', sandboxId: sandbox.id },
    image,
    ...plainContainer,
    command,
    resources,
  }
}

export async function runningPod(
  { runtime, image }: RuntimeUnderTest,
  command: readonly string[],
  change: Partial<ContainerSpec> = {},
) {
  const pod = aPod()
  const sandbox = await runtime.createSandbox(sandboxSpec(pod))
  await runtime.start(sandbox.id)
  const container = await runtime.createContainer({ ...containerSpec(pod, sandbox, image, command), ...change })
  await runtime.start(container.id)
  return { pod, sandbox, container }
}

export async function ofPod(runtime: ContainerRuntime, pod: Pod): Promise<ContainerFacts[]> {
  return (await runtime.list()).filter((facts) => facts.podUid === pod.podUid)
}

export async function look(runtime: ContainerRuntime, id: ContainerId): Promise<ContainerFacts> {
  const facts = await runtime.inspect(id)
  if (facts === null) throw new Error(`container ${id} is gone`)
  return facts
}

export async function untilExited(under: RuntimeUnderTest, id: ContainerId): Promise<ContainerFacts> {
  await until(under, 'it has ended', async () => (await look(under.runtime, id)).state === 'exited')
  return look(under.runtime, id)
}

export async function until(
  { wait = delay }: Pick<RuntimeUnderTest, 'wait'>,
  what: string,
  condition: () => boolean | Promise<boolean>,
): Promise<void> {
  for (let waitedMs = 0; waitedMs < patienceMs; waitedMs += 20) {
    if (await condition()) return
    await wait(20)
  }
  throw new Error(`not within ${patienceMs} ms: ${what}`)
}

export async function listen(runtime: ContainerRuntime) {
  const events: RuntimeEvent[] = []
  const abort = new AbortController()
  let open = (): void => {}
  const opened = new Promise<void>((resolve) => (open = resolve))
  const ended = (async () => {
    for await (const event of runtime.events(abort.signal, open)) events.push(event)
  })()
  await Promise.race([opened, ended])
  const stop = async (): Promise<void> => {
    abort.abort()
    await ended
  }
  return { events, ended, stop }
}

export async function throws(t: Test, call: Promise<unknown>, code: ErrorCode): Promise<void> {
  await t.rejects(call, { name: 'PodkeepError', code })
}
