/**
 * Values of Secrets that became part of a command or a path, on the model engine: whatever fails, no value is in the log, an event, a
 * revision, the status, a label or the state folder, and what is told is still of use.
 */

import t from 'tap'

import { podText } from './manifests.js'
import { Random } from './random.js'
import { World } from './world.js'

const minute = 60_000

const secret = (tok: string, more: object = {}): string =>
  JSON.stringify({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'db' }, stringData: { tok, ...more } })
const fromSecret = (name: string, key: string): object => ({
  name,
  valueFrom: { secretKeyRef: { name: 'db', key } },
})

/** Its command is a value, which no image has. */
const runner = podText({
  name: 'web',
  containers: [{ name: 'app', fields: { command: ['$(TOK)'], env: [fromSecret('TOK', 'tok')] } }],
})

/** Where a value is, of everything that podkeep told or kept and tells now. */
function leaks(world: World): string[] {
  const { log, events, revisions, records, configs, supervisor, engine } = world
  const labels = engine.containers().map(({ config, hash, podHash }) => ({ config, hash, podHash }))
  const kept = [[...records], [...configs], labels]
  const told = { log, events, revisions, kept, pods: supervisor.board.pods(), manifests: supervisor.board.manifests() }
  return Object.entries(told).flatMap(([where, what]) => (/hunter[23]/.test(JSON.stringify(what)) ? [where] : []))
}

function stateOf(world: World): { waiting: string | undefined; last: string | undefined } {
  const status = world.pod('default/web')?.status.containerStatuses[0]
  return {
    waiting: status?.state.waiting?.message ?? status?.state.terminated?.message,
    last: status?.lastState.terminated?.message,
  }
}

async function started(files: Readonly<Record<string, string>>): Promise<World> {
  const world = new World()
  // A call takes time: what ends in the very moment of an edit is tried again without back-off.
  world.engine.chaos = { random: new Random(1), maxLatencyMs: 5, maxEventDelayMs: 0, failBefore: 0, failAfter: 0 }
  for (const [name, text] of Object.entries(files)) world.files.set(name, text)
  await world.start()
  await world.clock.advance(10 * minute)
  return world
}

const maskedWords = 'exec: "(hidden)": executable file not found in $PATH'
const withheldWords =
  'what the engine says is withheld, for it may show a value of Secret default/db, which is not known or was changed since'

await t.test('a command that is a Secret’s value and cannot be run', async (t) => {
  const world = await started({ 'db.yaml': secret('/hunter2-LEAKZ'), 'web.yaml': runner })
  t.ok(
    world.instances('app').some(({ error }) => error.includes('hunter2')),
    'the engine says it',
  )
  t.strictSame(leaks(world), [])
  t.strictSame(stateOf(world), {
    waiting: 'back-off 5m0s restarting failed container=app pod=web_default(uid-1)',
    last: maskedWords,
  })
  t.ok(world.events.some(({ message }) => message.includes(maskedWords)))
  t.ok(world.log.some((line) => line.includes('could not be started') && line.includes('(hidden)')))

  world.kill()
  await world.start()
  await world.clock.advance(50)
  t.strictSame(leaks(world), [], 'after podkeep’s own restart, too')
  t.strictSame(stateOf(world).last, maskedWords)
  await world.clock.advance(10 * minute)
  t.strictSame(leaks(world), [])
})

await t.test('what the value was is not known any more', async (t) => {
  const world = await started({ 'db.yaml': secret('/hunter2-LEAKZ'), 'web.yaml': runner })
  world.kill()
  world.files.set('db.yaml', 'kind: Secret\nmetadata: {name: db\n')
  await world.start()
  await world.clock.advance(minute)
  t.strictSame(leaks(world), [])
  t.strictSame(stateOf(world).last, withheldWords, 'its file is broken')
  world.write('db.yaml', secret('/hunter2-LEAKZ'))
  await world.clock.advance(50)
  t.strictSame(stateOf(world).last, maskedWords, 'known again')

  const held = world.instances('app').length
  world.write('db.yaml', secret('/hunter3-OTHER'))
  await world.clock.advance(50)
  t.ok(world.instances('app').length >= held)
  t.strictSame(leaks(world), [], 'changed: the engine still speaks of the old one')
  await world.clock.advance(10 * minute)
  t.strictSame(leaks(world), [])
  t.strictSame(stateOf(world).last, maskedWords)

  world.remove('db.yaml')
  await world.clock.advance(50)
  t.strictSame(leaks(world), [], 'gone')
  world.write('web.yaml', podText({ name: 'web', containers: [{ name: 'app', fields: { command: ['nope'] } }] }))
  await world.clock.advance(minute)
  t.strictSame(leaks(world), [], 'the pod does not refer to it any more')
  t.match(stateOf(world).last, /exec: "nope": executable file not found/, 'words that hide nothing are told')
  world.remove('web.yaml')
  await world.clock.advance(minute)
  t.strictSame(world.instances('app'), [])
})

await t.test('a subPathExpr that becomes a path that cannot be', async (t) => {
  for (const [path, why] of [
    ['/data/hunter2-LEAKZ', 'becomes an absolute path; it must be a relative one'],
    ['../hunter2-LEAKZ', 'becomes a path with ".." in it, which leads out of the volume'],
  ] as const) {
    const mounts = [{ name: 'e', mountPath: '/e', subPathExpr: '$(T)' }]
    const containers = [{ name: 'app', mounts, fields: { env: [fromSecret('T', 'path')] } }]
    const pod = podText({ name: 'web', containers, volumes: [{ name: 'e', emptyDir: {} }] })
    const world = await started({ 'db.yaml': secret('x', { path }), 'web.yaml': pod })
    t.strictSame(leaks(world), [])
    t.strictSame(stateOf(world).waiting, `subPathExpr of "e": "$(T)" ${why}`)
  }
})
