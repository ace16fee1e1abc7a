/** Files that are written in place by somebody who pauses: they count when he is done, and say whom they wait for until then. */

import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, mkdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { setTimeout as delay } from 'node:timers/promises'
import t, { type Test } from 'tap'

import { rememberingLogger } from '../../support/logger.js'
import { renameInto, watched, type Watched } from './watched.js'

t.setTimeout(120_000)

const settleMs = 60
const longMs = 15 * settleMs

interface SlowWriter {
  write(text: string): void
  close(): Promise<void>
  readonly program: ChildProcess
}

/** Opens the file as `cat > FILE` does, and keeps it open. */
function slowWriter(t: Test, directory: string, name: string): SlowWriter {
  const program = spawn('/bin/sh', ['-c', 'exec cat > "$1"', 'sh', name], {
    cwd: directory,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  t.teardown(() => program.kill())
  return {
    program,
    write: (text) => void program.stdin.write(text),
    close: async () => {
      program.stdin.end()
      await once(program, 'close')
    },
  }
}

/** What a file is said to wait for. */
function waiting(w: Watched, name: string): string | undefined {
  const scan = w.scans.at(-1)
  const file = scan?.kind === 'scanned' ? scan.files.find((one) => one.name === name) : undefined
  return file?.kind === 'read' ? file.waitsFor : file?.kind === 'unreadable' ? file.message : undefined
}

await t.test('a file that is open for writing says what it said before, however long its writer pauses', async (t) => {
  const { logger, lines } = rememberingLogger()
  const w = await watched(t, undefined, { settleMs, logger })
  renameInto(w, 'web.yaml', 'before')
  await w.until('it is there', () => w.now()['web.yaml'] === 'before')
  const writer = slowWriter(t, w.directory, 'web.yaml')
  const who = `cat (process ${String(writer.program.pid)}) has it open for writing`
  writer.write('one ')
  await w.until('it waits, and says for whom', () => waiting(w, 'web.yaml') === who)
  await delay(longMs)
  writer.write('two ')
  await delay(longMs)
  t.equal(waiting(w, 'web.yaml'), who)
  writer.write('three')
  await writer.close()
  await w.until('it is whole', () => w.now()['web.yaml'] === 'one two three')
  t.equal(waiting(w, 'web.yaml'), undefined)
  t.strictSame(w.history('web.yaml'), ['none', 'before', 'one two three'])
  t.strictSame(
    lines.map(({ level, fields, phrase }) => [level, fields['file'], fields['reason'], phrase]),
    [['warn', 'web.yaml', who, 'a manifest is being written, and counts once that is done']],
  )
})

await t.test(
  'one that was never there is shown as unfinished until then, also when podkeep starts meanwhile',
  async (t) => {
    const { logger, lines } = rememberingLogger()
    const w = await watched(t, undefined, { settleMs, logger })
    const first = slowWriter(t, w.directory, 'new.yaml')
    first.write('half')
    const unfinished = (writer: SlowWriter): string =>
      `it is still being written: cat (process ${String(writer.program.pid)}) has it open for writing`
    await w.until('it is unfinished', () => waiting(w, 'new.yaml') === unfinished(first))
    t.match(w.scans.at(-1), { files: [{ name: 'new.yaml', isUnfinished: true }] }, 'which is no fault of it')
    await delay(longMs)
    const later = await watched(t, () => undefined, { settleMs, directory: w.directory })
    await later.until(
      'a later one says so too',
      () => waiting(later, 'new.yaml')?.startsWith('it is still being') === true,
    )
    first.write(' and half')
    await first.close()
    await w.until('it is whole', () => w.now()['new.yaml'] === 'half and half')
    await later.until('for both', () => later.now()['new.yaml'] === 'half and half')
    t.strictSame(lines, [], 'whoever shows what cannot be read tells of it')
    t.notOk([...w.history('new.yaml'), ...later.history('new.yaml')].includes('half'))
  },
)

await t.test('what is renamed into its place counts at once, whoever still writes what was there', async (t) => {
  const w = await watched(t, undefined, { settleMs })
  const writer = slowWriter(t, w.directory, 'web.yaml')
  writer.write('half')
  await w.until('it is unfinished', () => waiting(w, 'web.yaml') !== undefined)
  renameInto(w, 'web.yaml', 'whole')
  await w.until('it is there', () => w.now()['web.yaml'] === 'whole')
  writer.write(' a file that has no name any more')
  await delay(longMs)
  t.equal(waiting(w, 'web.yaml'), undefined)
  await writer.close()
  t.equal(w.now()['web.yaml'], 'whole')
})

await t.test(
  'one that stays open for ever counts after a while, with a warning, and what follows counts too',
  async (t) => {
    const { logger, lines } = rememberingLogger()
    const w = await watched(t, undefined, { settleMs, logger, openMostMs: longMs })
    const writer = slowWriter(t, w.directory, 'web.yaml')
    const startedMs = performance.now()
    writer.write('one')
    await w.until('it counts', () => w.now()['web.yaml'] === 'one')
    t.ok(performance.now() - startedMs >= longMs)
    t.equal(lines.at(-1)?.phrase, 'a manifest has been open for writing for too long, what stands there now counts')
    writer.write(' two')
    await w.until('it waits again', () => waiting(w, 'web.yaml')?.startsWith('cat ') === true)
    await writer.close()
    await w.until('and is whole', () => w.now()['web.yaml'] === 'one two')
  },
)

await t.test('one that changes and is never quiet keeps what it said, and says so', async (t) => {
  const w = await watched(t, undefined, { settleMs })
  renameInto(w, 'log.yaml', 'before')
  renameInto(w, 'touched.yaml', 'same')
  await w.until('both are there', () => Object.keys(w.now()).length === 2)
  const restless = 'it has not been quiet since somebody began to write it'
  for (let round = 0; round < 3_000 && waiting(w, 'log.yaml') !== restless; round++) {
    appendFileSync(w.path('log.yaml'), 'x')
    utimesSync(w.path('touched.yaml'), new Date(), new Date())
    await delay(5)
  }
  t.equal(waiting(w, 'log.yaml'), restless)
  t.equal(waiting(w, 'touched.yaml'), undefined, 'what is written there is what counts')
  t.equal(w.now()['log.yaml'], 'before')
  await w.until('it counts when it is quiet', () => w.now()['log.yaml']?.endsWith('x') === true)
})

await t.test('where writers may be out of sight, more quiet is asked for', async (t) => {
  const w = await watched(t, undefined, { settleMs, proc: '/nowhere' })
  writeFileSync(w.path('web.yaml'), 'half')
  await delay(3 * settleMs)
  appendFileSync(w.path('web.yaml'), ' and half')
  const writtenMs = performance.now()
  await w.until('it is whole', () => w.now()['web.yaml'] === 'half and half')
  t.ok(performance.now() - writtenMs > 5 * settleMs)
  t.strictSame(w.history('web.yaml'), ['none', 'half and half'])
  renameInto(w, 'other.yaml', 'whole')
  const renamedMs = performance.now()
  await w.until('a renamed one is there', () => 'other.yaml' in w.now())
  t.comment(`renamed: ${String(performance.now() - renamedMs)} ms`)
})

await t.test('a link to a file that is being written waits for its writer', async (t) => {
  const w = await watched(
    t,
    (directory) => {
      mkdirSync(directory)
      writeFileSync(join(directory, '..', 'target'), 'before')
    },
    { settleMs },
  )
  symlinkSync('../target', w.path('web.yaml'))
  await w.until('it is there', () => w.now()['web.yaml'] === 'before')
  const writer = slowWriter(t, w.outside, 'target')
  writer.write('half')
  await w.until('it waits', () => waiting(w, 'web.yaml')?.startsWith('cat ') === true)
  await writer.close()
  await w.until('it counts', () => w.now()['web.yaml'] === 'half')
})
