/** runtimeClassName: the engine really runs the pod with that runtime, and nothing makes way for one that the engine has not. */

import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import t from 'tap'

import { engineWithImage } from './engine-with-image.js'
import { podYaml } from './manifests.js'
import { Node } from './podkeep-process.js'
import { until } from './until.js'

const folder = mkdtempSync(join(tmpdir(), 'pk-runtime-'))
t.teardown(() => rmSync(folder, { recursive: true, force: true }))
const trace = join(folder, 'used')
const program = join(folder, 'traced-runc')
writeFileSync(program, `#!/bin/sh\ntouch ${trace}\nexec runc "$@"\n`)
chmodSync(program, 0o755)

const engine = await engineWithImage({ runtimes: { traced: { path: program } } })
const node = new Node(t, 'runtime')
const podkeep = await node.start(engine.host)
const withClass = (name: string, runtime: string | null): string =>
  podYaml({ name }).replace('spec:\n', runtime === null ? 'spec:\n' : `spec:\n  runtimeClassName: ${runtime}\n`)

await t.test('a pod runs with the runtime that it names, others with the engine’s usual one', async (t) => {
  node.put('usual.yaml', withClass('usual', null))
  await podkeep.running('usual')
  t.notOk(existsSync(trace))
  node.put('traced.yaml', withClass('traced', 'traced'))
  await podkeep.running('traced')
  t.ok(existsSync(trace))
})

const said = /^the engine has no runtime "gvisor", which runtimeClassName asks for; it has .*traced/

await t.test('one that the engine has not is waited for', async (t) => {
  node.put('none.yaml', withClass('none', 'gvisor'))
  const { state } = await podkeep.container('none', (one) => one.state.waiting?.reason === 'CreatePodSandboxError')
  t.match(state.waiting?.message, said)
  node.put('none.yaml', withClass('none', 'traced'))
  await podkeep.running('none')
})

await t.test('an edit that names one that the engine has not stops nothing', async (t) => {
  const before = await podkeep.running('usual')
  node.put('usual.yaml', withClass('usual', 'gvisor'))
  await podkeep.file('usual.yaml', 'ok')
  const status = await until('the pod says so', async () => {
    const pod = (await podkeep.pods()).find(({ metadata }) => metadata.name === 'usual')
    return pod?.status.reason === 'CreatePodSandboxError' ? pod.status : undefined
  })
  t.match(status.message, said)
  t.equal((await podkeep.running('usual')).containerID, before.containerID)
})
