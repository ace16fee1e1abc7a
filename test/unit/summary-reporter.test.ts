import { text } from 'node:stream/consumers'
import t from 'tap'
import SummaryReporter from '../support/summary-reporter.mjs'

async function report(tap: string): Promise<{ lines: string[]; last: string }> {
  const reporter = new SummaryReporter()
  reporter.end(`TAP version 14\n${tap}`)
  const lines = (await text(reporter)).split('\n')
  return { lines, last: lines.at(-2) ?? '' }
}

const nested = (inside: string, closing: string) =>
  `# Subtest: file\n    # Subtest: outer\n${inside}    ${closing} 1 - outer\n    1..1\n${closing} 1 - file\n1..1\n`

t.test('assertions are counted, the tests around them are not', async (t) => {
  const { lines, last } = await report(nested('        ok 1 - one\n        ok 2 - two\n        1..2\n', 'ok'))
  t.equal(last, '2 passed, 0 failed')
  t.equal(lines.length, 2, 'nothing else is said')
})

t.test('a failure is named with everything around it, and shown with its diagnostics', async (t) => {
  const failure =
    '        not ok 1 - one is two\n          ---\n          found: 1\n          wanted: 2\n          ...\n        1..1\n'
  const { lines, last } = await report(nested(failure, 'not ok'))
  t.equal(last, '0 passed, 1 failed')
  t.ok(lines.includes('FAILED: file > outer > one is two'))
  t.ok(lines.includes('  found: 1'))
  t.ok(lines.includes('  wanted: 2'))
})

t.test('a test that failed with nothing failed inside is counted itself', async (t) => {
  const { lines, last } = await report(nested('        ok 1 - one\n        1..1\n', 'not ok'))
  t.equal(last, '1 passed, 1 failed')
  t.ok(lines.includes('FAILED: file > outer'))
})

t.test('what is skipped is counted apart, with its reason', async (t) => {
  const { lines, last } = await report('ok 1 - one\nok 2 - two # SKIP no engine here\n1..2\n')
  t.equal(last, '1 passed, 0 failed, 1 skipped')
  t.ok(lines.includes('skipped: two (no engine here)'))
})

t.test('a run that is not ok for another reason does not pass', async (t) => {
  t.equal((await report('ok 1 - one\n1..2\n')).last, '1 passed, 1 failed', 'a plan that was not kept')
  t.equal((await report('ok 1 - one\nBail out! the engine is gone\n')).last, '1 passed, 1 failed', 'a bail out')
  t.match((await report('')).last, /1 failed/, 'no test at all')
})
