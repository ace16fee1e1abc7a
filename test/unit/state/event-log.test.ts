import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'

import { podKey, type EventSubject, type PodEvent } from '../../../lib/pod/index.js'
import { EventFold } from '../../../lib/state/event-fold.js'
import { EventLog } from '../../../lib/state/event-log.js'
import { rememberingLogger } from '../../support/logger.js'
import { VirtualClock } from '../../sim/virtual-clock.js'

const web: EventSubject = { kind: 'Pod', key: podKey('default', 'web'), uid: 'u1' }
const started: PodEvent = {
  type: 'Normal',
  reason: 'Started',
  message: 'Started container app',
  fieldPath: 'spec.containers{app}',
}
const hour = 3_600_000

function newFolder(t: Test): string {
  const directory = mkdtempSync(join(tmpdir(), 'podkeep-events-'))
  t.teardown(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}

async function opened(directory: string, clock = new VirtualClock()) {
  const { logger, lines } = rememberingLogger()
  return { log: await EventLog.open({ directory, clock, logger }), clock, lines, file: join(directory, 'events.jsonl') }
}

await t.test(
  'the same again within an hour is counted; after that, or in another container, it is another event',
  async (t) => {
    const fold = new EventFold()
    fold.add(web, started, 1000)
    fold.add(web, started, 5000)
    fold.add(web, { ...started, fieldPath: 'spec.containers{twin}' }, 6000)
    fold.add({ ...web, uid: 'u2' }, started, 7000)
    t.match(fold.events, [
      { count: 2, firstAtMs: 1000, lastAtMs: 5000 },
      { count: 1 },
      { count: 1, subject: { uid: 'u2' } },
    ])
    fold.add(web, started, 5000 + hour)
    t.equal(fold.events.length, 4)
    t.match(fold.events.at(-1), { count: 1, firstAtMs: 5000 + hour })
    t.equal(new Set(fold.events.map(({ id }) => id)).size, 4, 'each has a name of its own')
  },
)

await t.test('events are bounded: a noisy pod loses its own, and all together are a thousand', async (t) => {
  const fold = new EventFold()
  fold.add(web, started, 0)
  const noisy: EventSubject = { kind: 'Pod', key: podKey('default', 'noisy'), uid: '' }
  for (let i = 0; i < 500; i += 1) fold.add(noisy, { ...started, message: `says ${i}` }, i)
  t.equal(fold.events.length, 101)
  t.match(fold.events[0], { subject: web }, "the quiet pod's stays")
  t.match(fold.events.at(-1), { message: 'says 499' })
  for (let i = 0; i < 1500; i += 1) fold.add({ kind: 'Manifest', file: `${i}.yaml` }, started, i)
  t.equal(fold.events.length, 1000)
  fold.add(web, { ...started, message: 'x'.repeat(5000) }, 9)
  t.equal(fold.events.at(-1)?.message.length, 1024)
})

await t.test('events outlive podkeep, with their counts', async (t) => {
  const directory = newFolder(t)
  const first = await opened(directory)
  first.log.record(web, started)
  first.log.record(web, started)
  first.log.record({ kind: 'Node' }, { ...started, reason: 'NodeReady' })
  t.throws(() => statSync(first.file), { code: 'ENOENT' }, 'recording writes nothing')
  await first.log.close()
  t.equal(statSync(first.file).mode & 0o777, 0o600)
  const second = await opened(directory)
  t.match(second.log.events(), [
    { count: 2, subject: web },
    { count: 1, subject: { kind: 'Node' } },
  ])
  second.log.record(web, started)
  t.match(second.log.events().at(-1), { count: 3 }, 'counting goes on')
  await second.log.close()
})

await t.test('a damaged line, and a last one that was cut off, cost themselves only', async (t) => {
  const directory = newFolder(t)
  const first = await opened(directory)
  first.log.record(web, started)
  await first.log.close()
  appendFileSync(
    first.file,
    'nonsense\n{"format":99,"event":{}}\n{"format":1,"event":{"id":"x","count":"many"}}\n{"format":1,"eve',
  )
  const second = await opened(directory)
  t.equal(second.log.events().length, 1)
  t.match(second.lines, [{ level: 'warn', fields: { damagedCount: 4 }, phrase: 'some earlier events are lost' }])
  second.log.record(web, { ...started, reason: 'Killing' })
  await second.log.close()
  const third = await opened(directory)
  t.match(
    third.log.events().map(({ reason }) => reason),
    ['Started', 'Killing'],
  )
  t.strictSame(third.lines, [], 'the file is whole again')
  for (const line of readFileSync(first.file, 'utf8').trim().split('\n')) t.ok(JSON.parse(line))
  await third.log.close()
})

await t.test('the file stays small', async (t) => {
  const { log, clock, file } = await opened(newFolder(t))
  for (let round = 0; round < 40; round += 1) {
    for (let i = 0; i < 100; i += 1) log.record(web, { ...started, message: `${round} ${i} `.padEnd(900, '.') })
    await clock.advance(2000)
    await log.written()
  }
  await log.close()
  t.ok(statSync(file).size < 1024 * 1024, `${statSync(file).size} bytes`)
})

await t.test('a file that cannot be written is told of once, and written when it can be', async (t) => {
  const directory = newFolder(t)
  const { log, clock, lines, file } = await opened(directory)
  mkdirSync(file)
  log.record(web, started)
  for (let i = 0; i < 4; i += 1) {
    await clock.advance(31_000)
    await log.written()
  }
  t.match(lines, [
    { level: 'warn', fields: { err: { code: 'STATE_FAILED' } }, phrase: 'events cannot be written, it is tried again' },
  ])
  t.equal(log.events().length, 1, 'they are still told')
  rmSync(file, { recursive: true })
  await clock.advance(31_000)
  await log.written()
  t.match(lines.at(-1), { level: 'info', phrase: 'events can be written again' })
  t.match(readFileSync(file, 'utf8'), /Started container app/)
  await log.close()
})

await t.test('who listens hears each, and a file that is no file loses the earlier ones only', async (t) => {
  const directory = newFolder(t)
  writeFileSync(join(directory, 'events.jsonl'), Buffer.from([0xff, 0xfe, 0, 0]))
  const { log } = await opened(directory)
  const heard: number[] = []
  const stop = log.onEvent(({ count }) => heard.push(count))
  log.record(web, started)
  log.record(web, started)
  stop()
  log.record(web, started)
  t.strictSame(heard, [1, 2])
  await log.close()
})
