/** The sampler of what is used: a rate is between two readings, and no reading comes between the two. */

import t, { type Test } from 'tap'

import { Usage } from '../../../lib/http/usage.js'
import { containerId, podKey } from '../../../lib/pod/index.js'
import type { ContainerUse, MachineReader, PodStatusEntry } from '../../../lib/ports/index.js'
import { aBoard } from '../../support/board.js'
import { aMachine, noLogs } from '../../support/status-server.js'

const id = containerId('a'.repeat(64))
const startedAt = '2026-01-02T03:04:05Z'
const status = { name: 'app', lastState: {}, ready: true, started: true, restartCount: 0, image: 'a', imageID: '' }
const entry: PodStatusEntry = {
  ...{ key: podKey('shop', 'web'), manifest: null, uid: 'uid-web', desire: 'run', file: 'a.yaml' },
  status: {
    ...{ phase: 'Running', conditions: [], qosClass: 'BestEffort' },
    containerStatuses: [{ ...status, state: { running: { startedAt } }, containerID: `docker://${id}` }],
  },
}

interface Sampling {
  readonly usage: Usage
  nowMs: number
  /** How long the container has been at work; null: nothing is to be seen of it. */
  cpuMs: number | null
  looks: number
  /** How long a reading waits for what is on the disks. */
  measuring: Promise<void>
  readonly nanoCores: () => Promise<number | null | undefined>
}

function sampling(t: Test): Sampling {
  const machine: MachineReader = {
    ...aMachine,
    machine: () => ((is.looks += 1), aMachine.machine()),
    measured: () => is.measuring,
    container: (): ContainerUse | null => {
      const use = aMachine.container(id)
      return use === null || is.cpuMs === null ? null : { ...use, atMs: is.nowMs, cpuNanos: is.cpuMs * 1e6 }
    },
  }
  const board = aBoard({ entries: [entry], manifests: { directory: '/manifests', problem: null, files: [] } })
  const usage = new Usage(board, machine, noLogs)
  const nanoCores = async (): Promise<number | null | undefined> =>
    (await usage.sample()).pods[0]?.containers[0]?.nanoCores
  const is: Sampling = { usage, nowMs: 1_000_000, cpuMs: 0, looks: 0, measuring: Promise.resolve(), nanoCores }
  t.intercept(Date, 'now', { value: () => is.nowMs })
  return is
}

await t.test('a reading that takes long is everybody’s, and the next comes some time after it', async (t) => {
  const is = sampling(t)
  t.equal(await is.nanoCores(), null, 'there is nothing to compare with yet')
  let done: () => void = () => undefined
  is.measuring = new Promise((resolve) => (done = resolve))
  is.nowMs += 10_000
  is.cpuMs = 5000
  const first = is.nanoCores()
  is.nowMs += 3000
  const second = is.nanoCores()
  done()
  t.strictSame(await Promise.all([first, second]), [Math.round(5e9 / 13), Math.round(5e9 / 13)])
  is.nowMs += 1
  t.equal(await is.nanoCores(), Math.round(5e9 / 13), 'a millisecond later nothing new is known')
  t.equal(is.looks, 2)
  is.nowMs += 2000
  is.cpuMs += 1000
  t.equal(await is.nanoCores(), Math.round(1e12 / 2001))
})

await t.test(
  'what was not seen once is compared with what was seen before, but not with what is long ago',
  async (t) => {
    const is = sampling(t)
    await is.nanoCores()
    is.nowMs += 10_000
    is.cpuMs = null
    t.equal(await is.nanoCores(), null)
    is.nowMs += 10_000
    is.cpuMs = 5000
    t.equal(await is.nanoCores(), 0.25e9)
    is.nowMs += 90_001
    t.equal(await is.nanoCores(), null)
    is.nowMs += 2000
    t.equal(await is.nanoCores(), 0)
  },
)

await t.test('a reading that fails is nobody’s but theirs who asked for it', async (t) => {
  const is = sampling(t)
  is.measuring = Promise.reject(new Error('no disk'))
  is.measuring.catch(() => undefined)
  await t.rejects(is.nanoCores(), { message: 'no disk' })
  is.measuring = Promise.resolve()
  t.equal(await is.nanoCores(), null)
})
