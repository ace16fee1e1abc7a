/** One podkeep per node name and engine, for as long as its process lives. */

import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import t, { type Test } from 'tap'

import { LocalNodeClaim } from '../../../lib/state/index.js'
import { checkout } from '../../support/checkout.js'

const engine = `engine ${process.pid}`

function claimOf(t: Test, node: string, directory = '/state/second'): LocalNodeClaim {
  const claim = new LocalNodeClaim({ node, directory })
  t.teardown(() => claim.release())
  return claim
}

/** Another process that has claimed it. */
async function holderOf(t: Test, node: string, directory: string): Promise<ChildProcess> {
  const script = `import { LocalNodeClaim } from ${JSON.stringify(join(checkout, 'dist/lib/state/index.js'))}
    const [node, directory, engine] = process.argv.slice(1)
    await new LocalNodeClaim({ node, directory }).take(engine)
    console.log('held')
    setInterval(() => undefined, 1000)`
  const words = ['--input-type=module', '-e', script, node, directory, engine]
  const holder = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] })
  t.teardown(() => holder.kill('SIGKILL'))
  await once(holder.stdout, 'data')
  return holder
}

await t.test(
  'the second is told who has it and what to do, and it is free as soon as that one is killed',
  async (t) => {
    const holder = await holderOf(t, 'edge', '/state/first')
    const claim = claimOf(t, 'edge')
    const message = new RegExp(
      `^another podkeep \\(pid ${holder.pid}, started 20[^ ]*Z, state folder /state/first\\) keeps the pods of node "edge" on this engine$`,
    )
    const refusal = {
      code: 'NODE_TAKEN',
      message,
      hint: 'stop that one, or give this one a --node-name of its own: both would replace each other’s containers',
    }
    await t.rejects(claim.take(engine), refusal)
    t.match(await claim.refused, refusal)
    holder.kill('SIGKILL')
    await once(holder, 'exit')
    const next = claimOf(t, 'edge')
    await next.take(engine)
    await next.take(engine)
  },
)

await t.test('one that hangs has it all the same', async (t) => {
  const holder = await holderOf(t, 'hangs', '/state/first')
  holder.kill('SIGSTOP')
  await t.rejects(claimOf(t, 'hangs').take(engine), {
    message: 'another podkeep keeps the pods of node "hangs" on this engine',
  })
})

await t.test('another node name, or another engine, is nobody else’s', async (t) => {
  await claimOf(t, 'a').take(engine)
  await claimOf(t, 'b').take(engine)
  await claimOf(t, 'a').take(`${engine} data`)
})

await t.test(
  'who is about to end is waited for; another engine in the place of the first is claimed instead',
  async (t) => {
    const first = claimOf(t, 'ends')
    await first.take(engine)
    const second = claimOf(t, 'ends')
    const taking = second.take(engine)
    await first.take(`${engine} new`)
    await taking
    await t.rejects(claimOf(t, 'ends').take(`${engine} new`), { code: 'NODE_TAKEN' })
  },
)
