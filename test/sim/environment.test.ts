/**
 * One pod's worker on the model engine, from a pod as wanted: how what a container's variables need is found out on the way to it.
 */

import t from 'tap'

import { noDnsConfig, type DesiredPod, type EnvVar, type V1ContainerStatus } from '../../lib/pod/index.js'
import { aConfig } from '../support/configs.js'
import { viewPod } from '../../lib/plan/index.js'
import type { VolumeStore } from '../../lib/ports/index.js'
import { podStatus } from '../../lib/status/index.js'
import { Neighbours } from '../../lib/supervisor/neighbours.js'
import { PodWorker } from '../../lib/supervisor/pod-worker.js'
import { Pulls } from '../../lib/supervisor/pulls.js'
import { Turnstile } from '../../lib/supervisor/turnstile.js'
import { noEvents, noRevisions, noTally } from '../support/history.js'
import { silentLogger } from '../support/logger.js'
import { aContainer, aPod } from '../support/pods.js'
import { ModelEngine } from './model-engine.js'
import { ModelHandlers } from './model-handlers.js'
import { VirtualClock } from './virtual-clock.js'

const machine = {
  nodeName: 'n1',
  hostIP: '192.0.2.1',
  hostDns: noDnsConfig,
  cpuCapacityMillis: 2000,
  memoryCapacityBytes: 2 ** 30,
  diskCapacityBytes: 2 ** 40,
  podPidsLimit: 0,
  cgroupDriver: null,
  hasAppArmor: null,
  runtimes: null,
}
const data = { kind: 'emptyDir', name: 'data', medium: '', sizeLimitBytes: null } as const
const fromFile: EnvVar = {
  name: 'KEY',
  value: '',
  valueFrom: { kind: 'fileKeyRef', volume: 'data', path: 'env', key: 'KEY', optional: false },
}
const address: EnvVar = { name: 'IP', value: '', valueFrom: { kind: 'fieldRef', field: 'status.podIP', key: null } }

class OnePod {
  readonly clock = new VirtualClock()
  readonly engine = new ModelEngine(this.clock)
  readonly files = new Map<string, string>()
  reads = 0
  readonly #worker: PodWorker

  constructor(pod: DesiredPod) {
    this.engine.images.add('app:1')
    const runtime = this.engine.runtime()
    const volumes: VolumeStore = {
      prepare: (_uid, { name }) => Promise.resolve(`/${name}`),
      give: () => Promise.resolve(),
      resize: () => Promise.resolve(),
      hasOld: () => Promise.resolve(false),
      removeOld: () => Promise.resolve(),
      write: (_uid, name) => Promise.resolve(`/${name}`),
      prepareSubPath: (_uid, _container, { volume, subPath }) => Promise.resolve(`/${volume}/${subPath}`),
      readFile: (_uid, { name }, path) => {
        this.reads += 1
        return Promise.resolve(this.files.get(`${name}/${path}`) ?? null)
      },
      prepareImage: (_uid, volume) => Promise.resolve(`/${volume}`),
      measure: () => Promise.resolve(0),
      prepareTerminationFile: () => Promise.resolve(null),
      readTerminationFile: () => Promise.resolve(''),
      removePod: () => Promise.resolve(),
      list: () => Promise.resolve([]),
    }
    const nothing = (): Promise<void> => Promise.resolve()
    this.#worker = new PodWorker(pod.key, {
      runtime,
      volumes,
      records: { load: () => Promise.resolve([]), save: nothing, remove: nothing },
      podCgroups: { set: nothing, remove: nothing, list: () => Promise.resolve([]) },
      profiles: { find: () => Promise.resolve({ text: '{}' }) },
      pulls: new Pulls(runtime, this.clock, silentLogger),
      turnstile: new Turnstile(8),
      clock: this.clock,
      logger: silentLogger,
      newUid: () => 'uid-1',
      takenClaims: () => new Map(),
      takenPorts: () => [],
      machine: () => machine,
      config: aConfig(),
      uidHolder: () => null,
      handlers: new ModelHandlers(this.clock),
      neighbours: new Neighbours(() => undefined),
      prober: { watch: () => undefined, verdicts: () => new Map(), close: () => undefined },
      isReady: () => true,
      onUnknownContainer: () => undefined,
      onGone: () => undefined,
      onChange: () => undefined,
      events: noEvents,
      revisions: noRevisions,
      tally: noTally,
    })
    const listening = async (): Promise<void> => {
      for await (const { id } of runtime.events(new AbortController().signal, () => undefined)) {
        const facts = await runtime.inspect(id)
        if (facts === null) this.#worker.forget(id)
        else this.#worker.observe(facts)
      }
    }
    listening().catch((bug: unknown) => {
      queueMicrotask(() => {
        throw bug
      })
    })
    this.#worker.want({ kind: 'run', pod }, pod)
    this.#worker.engineUp([], this.clock.tickMs())
  }

  status(pod: DesiredPod): V1ContainerStatus | undefined {
    const { observed } = this.#worker.memory
    const view = viewPod(pod, observed, this.#worker.context)
    const rest = {
      waits: this.#worker.waits,
      hostIP: machine.hostIP,
      engineAway: null,
      isUnseen: false,
      pulls: new Map(),
    }
    return podStatus({ view, observed, ...rest }).containerStatuses[0]
  }

  /** Of every instance, oldest first. */
  environments(): (readonly string[])[] {
    const instances = this.engine.containers().filter(({ name }) => name === 'app')
    return instances.sort((a, b) => a.attempt - b.attempt).map(({ id }) => this.engine.environment(id))
  }
}

await t.test('the pod’s address is known to a container that asks for it', async (t) => {
  const one = new OnePod(aPod({ containers: [aContainer('app', { env: [address] })] }))
  await one.clock.advance(1000)
  const ip = one.engine.containers().find(({ name }) => name === 'POD')?.ip
  t.match(ip, /^172/)
  t.strictSame(one.environments(), [[`IP=${ip ?? ''}`]])
})

await t.test('a file that is missing is waited for, and every instance finds what it says then', async (t) => {
  const script = ['sh', '-c', 'sleep 30; exit 1']
  const pod = aPod({ volumes: [data], containers: [aContainer('app', { env: [fromFile], command: script })] })
  const one = new OnePod(pod)
  await one.clock.advance(10_000)
  t.match(one.status(pod)?.state, {
    waiting: {
      reason: 'CreateContainerConfigError',
      message: 'env KEY: the file env in volume "data" is not there',
    },
  })
  t.ok(one.reads >= 5 && one.reads <= 6, 'every two seconds')
  one.files.set('data/env', "KEY='first'")
  await one.clock.advance(3000)
  t.strictSame(one.environments(), [['KEY=first']])
  t.match(one.status(pod)?.state, { running: {} })
  const reads = one.reads
  one.files.set('data/env', "KEY='second'")
  await one.clock.advance(20_000)
  t.equal(one.reads, reads, 'what runs asks for nothing')
  await one.clock.advance(10_000)
  t.strictSame(one.environments(), [['KEY=first'], ['KEY=second']])
})
