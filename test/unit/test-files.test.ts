import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'

import { runTestFiles } from '../support/test-files.mjs'

/** Runs files that print this, and then do that. */
async function report(t: Test, ...files: { tap: string; then?: string; timeoutSeconds?: number }[]) {
  const folder = t.testdir()
  const lines: string[] = []
  const testFiles = files.map(({ tap, then = '', timeoutSeconds = 60 }, index) => {
    const compiled = join(folder, `${String(index)}.mjs`)
    writeFileSync(compiled, `process.stdout.write(${JSON.stringify(`TAP version 14\n${tap}`)}, () => {${then}})`)
    return { source: `file ${String(index)}`, compiled, timeoutSeconds }
  })
  const print = (text: string) => lines.push(...text.split('\n'))
  const { count, times } = await runTestFiles(testFiles, { jobs: 2, print, lastWordsMs: 0 })
  return { count, times, lines }
}

const nested = (inside: string, closing: string) =>
  `# Subtest: outer\n${inside}${closing} 1 - outer\n1..1\n${closing === 'ok' ? '' : '# failed 1 test\n'}`

t.test('assertions are counted, the tests around them are not', async (t) => {
  const { count, lines } = await report(t, { tap: nested('    ok 1 - one\n    ok 2 - two\n    1..2\n', 'ok') })
  t.strictSame(count, { passed: 2, failed: 0, skipped: 0 })
  t.strictSame(lines, [], 'nothing else is said')
})

t.test('a failure is named with everything around it, and shown with its diagnostics', async (t) => {
  const failure = '    not ok 1 - one is two\n      ---\n      found: 1\n      wanted: 2\n      ...\n    1..1\n'
  const { count, lines } = await report(t, { tap: nested(failure, 'not ok'), then: 'process.exit(1)' })
  t.strictSame(count, { passed: 0, failed: 1, skipped: 0 })
  t.ok(lines.includes('FAILED: file 0 > outer > one is two'))
  t.ok(lines.includes('  found: 1'))
  t.ok(lines.includes('  wanted: 2'))
})

t.test('a test that failed with nothing failed inside is counted itself', async (t) => {
  const { count, lines } = await report(t, {
    tap: nested('    ok 1 - one\n    1..1\n', 'not ok'),
    then: 'process.exit(1)',
  })
  t.strictSame(count, { passed: 1, failed: 1, skipped: 0 })
  t.ok(lines.includes('FAILED: file 0 > outer'))
})

t.test('what is skipped is counted apart, with its reason: a test, or the whole file', async (t) => {
  const { count, lines } = await report(
    t,
    { tap: 'ok 1 - one\nok 2 - two # SKIP no engine here\n1..2\n' },
    { tap: '1..0 # no engine at all\n' },
  )
  t.strictSame(count, { passed: 1, failed: 0, skipped: 2 })
  t.strictSame(lines.sort(), ['skipped: file 0 > two (no engine here)', 'skipped: file 1 (no engine at all)'])
})

t.test('a file that is not ok for another reason does not pass', async (t) => {
  const fails = async (what: string, file: Parameters<typeof report>[1], passed = 1) => {
    t.strictSame((await report(t, file)).count, { passed, failed: 1, skipped: 0 }, what)
  }
  await fails('a plan that was not kept', { tap: 'ok 1 - one\n1..2\n' })
  await fails('a bail out', { tap: 'ok 1 - one\nBail out! the engine is gone\n' })
  await fails('no test at all', { tap: '' }, 0)
  await fails('an end with an error after the last test', { tap: 'ok 1 - one\n1..1\n', then: 'process.exit(1)' })
  await fails('an end by a signal', { tap: 'ok 1 - one\n1..1\n', then: "process.kill(process.pid, 'SIGKILL')" })
  await fails('no end', { tap: 'ok 1 - one\n1..1\n', then: 'setInterval(() => {}, 1000)', timeoutSeconds: 2 })
})

t.test('of many files, how long each took: the longest first', async (t) => {
  const one = { tap: 'ok 1 - one\n1..1\n' }
  const { count, times } = await report(t, one, { ...one, then: 'setTimeout(() => {}, 1000)' }, one)
  t.strictSame(count, { passed: 3, failed: 0, skipped: 0 })
  t.equal(times.length, 3)
  t.equal(times[0]?.source, 'file 1')
})
