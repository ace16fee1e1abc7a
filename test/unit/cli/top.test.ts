/** `podkeep top`, from a status server whose containers use what the test says. */

import t from 'tap'

import type { MachineReader } from '../../../lib/ports/index.js'
import { aBoard } from '../../support/board.js'
import { commandLine } from '../../support/command-line.js'
import { podEntry, runningContainer } from '../../support/pod-entries.js'
import { aMachine, aStatusServer } from '../../support/status-server.js'

const mebibyte = 2 ** 20
const beganMs = Date.now() - 60_000

/** By container: thousandths of a core, and how much memory. */
const uses: Readonly<Record<string, readonly [millis: number, mebibytes: number]>> = {
  app: [250, 30],
  proxy: [20, 5],
  store: [100, 900],
}

/** What runs since the machine's start uses always the same. */
const steady: MachineReader = {
  ...aMachine,
  machine: async () => {
    const use = await aMachine.machine()
    return {
      ...use,
      cpuNanos: (use.atMs - beganMs) * 1e6 * 0.5,
      memory: { ...use.memory, workingSetBytes: 4096 * mebibyte },
    }
  },
  container: (id) => {
    const name = Buffer.from(id.replace(/(00)+$/, ''), 'hex').toString()
    const [millis, mebibytes] = uses[name] ?? [0, 0]
    const atMs = Date.now()
    const use = aMachine.container(id)!
    const memory = { ...use.memory, workingSetBytes: mebibytes * mebibyte }
    return name === 'unseen' ? null : { ...use, atMs, cpuNanos: (atMs - beganMs) * 1e3 * millis, memory }
  },
}

const labels = { app: 'web' }
const containers = ['app', 'proxy'].map((name) => ({ name, image: 'web:1' }))
const entries = [
  podEntry('shop/web', {
    metadata: { labels },
    spec: { containers },
    status: { containerStatuses: ['app', 'proxy'].map((name) => runningContainer(name)) },
  }),
  podEntry('shop/db', { status: { containerStatuses: [runningContainer('store')] } }),
  podEntry('shop/waits', { status: { phase: 'Pending', containerStatuses: [runningContainer('app', { state: {} })] } }),
]
const board = aBoard({ entries, manifests: { directory: '/m', problem: null, files: [] } })
const { server } = await aStatusServer(t, { board, machine: steady })
const type = commandLine({ PODKEEP_SERVER: `http://127.0.0.1:${server.port}` })

await t.test('pods, in kubectl’s columns; the first look already tells a rate', async (t) => {
  const { code, out } = await type('top', 'pods')
  t.equal(code, 0)
  t.equal(
    out,
    'NAMESPACE   NAME   CPU(cores)   MEMORY(bytes)\nshop        db     100m         900Mi\nshop        web    270m         35Mi\n',
  )
})

await t.test('containers, order, sum, names and labels', async (t) => {
  t.equal(
    (await type('top', 'pod', '--containers', '--sort-by=memory', '--no-headers')).out,
    'shop   db    store   100m   900Mi\nshop   web   app     250m   30Mi\nshop   web   proxy   20m    5Mi\n',
  )
  t.equal(
    (await type('top', 'pods', '--sort-by', 'cpu', '--sum', '--no-headers')).out,
    'shop   web   270m   35Mi\nshop   db    100m   900Mi\n       SUM   370m   935Mi\n',
  )
  t.equal((await type('top', 'pods', '-l', 'app=web', '--no-headers')).out, 'shop   web   270m   35Mi\n')
  t.equal((await type('top', 'pod', 'db', '--no-headers')).out, 'shop   db   100m   900Mi\n')
  t.match(await type('top', 'pods', '-n', 'other'), { code: 0, out: '', err: 'No pods found.\n' })
  t.match(await type('top', 'pods', 'none'), { code: 1, err: 'podkeep: pod "none" not found\n' })
  t.match(await type('top', 'pods', 'waits'), {
    code: 1,
    err: 'podkeep: pod "waits" uses nothing that can be seen: none of its containers runs here\n  hint: "podkeep describe pod waits" tells how it is\n',
  })
  t.match(await type('top', 'pods', '--sort-by', 'size'), { code: 2 })
})

await t.test('for programs, as metrics.k8s.io says it', async (t) => {
  t.match(JSON.parse((await type('top', 'pods', 'db', '-o', 'json')).out), {
    kind: 'PodMetricsList',
    items: [
      { metadata: { name: 'db', namespace: 'shop' }, containers: [{ usage: { cpu: /^\d+n$/, memory: '921600Ki' } }] },
    ],
  })
  t.equal((await type('top', 'node', '-o', 'name')).out, 'node/box\n')
})

await t.test('the node, of what pods may have or of all there is', async (t) => {
  t.match(
    (await type('top', 'node')).out,
    /^NAME +CPU\(cores\) +CPU\(%\) +MEMORY\(bytes\) +MEMORY\(%\)\nbox +500m +25% +4096Mi +50%\n$/,
  )
  t.match((await type('top', 'node', '--show-capacity', '--no-headers')).out, /^box +500m +25% +4096Mi +50%\n$/)
})

await t.test('figures that nobody has are not made up', async (t) => {
  board.entries = [podEntry('shop/far', { status: { containerStatuses: [runningContainer('unseen')] } })]
  t.match(await type('top', 'pods'), {
    code: 0,
    out: '',
    err: 'No figures: none of these pods has a container that runs, and that this machine sees.\n',
  })
})
