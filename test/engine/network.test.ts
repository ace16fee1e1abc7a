/** Podkeeps that make their networks at the same moment. A race, so it is run again and again: each round could end badly. */

import t, { type Test } from 'tap'

import { engineCall } from '../../bin/engine-call.mjs'
import { DockerRuntime } from '../../lib/docker/index.js'
import { engineMissing, startTestEngine, type TestEngine } from '../support/engine.js'
import { silentLogger } from '../support/logger.js'
import { anOwner } from '../support/pods.js'

const rounds = 10

await t.test('podkeeps that connect at once', { skip: engineMissing() }, async (t) => {
  const engine = await startTestEngine()
  t.teardown(() => engine.close())

  await t.test('share one network of a node, and never make one of a name twice', async (t) => {
    for (let round = 1; round <= rounds; round++) {
      await connect(t, engine, 'twin', 'twin', 'other')
      const names = (await podNetworks(engine)).map(({ Name }) => Name).sort()
      t.match(names, ['podkeep', /^podkeep-(twin|other)$/])
      t.equal(names.length, 2)
      await removeNetworks(engine)
    }
  })

  await t.test('each get a network of their own where another node has the usual name', async (t) => {
    for (let round = 1; round <= rounds; round++) {
      await connect(t, engine, 'first')
      await connect(t, engine, 'twin', 'twin', 'other', 'third')
      const owners = (await podNetworks(engine)).map(({ Name, Labels }) => `${Name} ${Labels['io.podkeep.node']}`)
      t.same(owners.sort(), ['podkeep first', 'podkeep-other other', 'podkeep-third third', 'podkeep-twin twin'])
      await removeNetworks(engine)
    }
  })
})

async function connect(t: Test, { socketPath }: TestEngine, ...nodes: readonly string[]): Promise<void> {
  const runtimes = nodes.map(
    (node) =>
      new DockerRuntime({ address: { kind: 'socket', socketPath }, owner: anOwner(node), logger: silentLogger }),
  )
  t.teardown(() => Promise.all(runtimes.map((runtime) => runtime.close())))
  await Promise.all(runtimes.map((runtime) => runtime.connect()))
}

interface PodNetwork {
  readonly Id: string
  readonly Name: string
  readonly Labels: Readonly<Record<string, string>>
}

async function podNetworks({ host }: TestEngine): Promise<PodNetwork[]> {
  const all = JSON.parse((await engineCall(host, 'GET', '/networks')).text) as PodNetwork[]
  return all.filter((network) => 'io.podkeep.node' in network.Labels)
}

async function removeNetworks(engine: TestEngine): Promise<void> {
  for (const { Id } of await podNetworks(engine)) await engineCall(engine.host, 'DELETE', `/networks/${Id}`)
}
