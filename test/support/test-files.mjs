/**
 * Runs compiled test files, a process each, and prints every failure with its full name and its diagnostics, and every skipped test
 * with its reason. Counts assertions. Not by tap's own runner: its loaders cost each of these processes more than the tests in it
 * take (24 files of test/unit/plan: 68 s against 11 s on two cores).
 */

import { once } from 'node:events'
import { Parser } from 'tap-parser'
import { spawnGroup } from '../../bin/children.mjs'

/** @typedef {import('tap-parser').Result} Result */
/** @typedef {import('tap-parser').FinalResults} FinalResults */
/** @typedef {{ passed: number, failed: number, skipped: number }} Count */

/** @typedef {{ source: string, compiled: string, timeoutSeconds: number }} TestFile */

/**
 * @typedef {object} Options
 * @property {number} jobs how many files at once
 * @property {(text: string) => void} print
 * @property {number} [lastWordsMs] what a file may take to tell of its own timeout before it is killed
 */

/**
 * @param {readonly TestFile[]} files
 * @param {Options} options
 * @returns {Promise<{ count: Count, times: { source: string, seconds: number }[] }>} times: the longest first
 */
export async function runTestFiles(files, options) {
  const count = { passed: 0, failed: 0, skipped: 0 }
  /** @type {{ source: string, seconds: number }[]} */
  const times = []
  const waiting = [...files]
  await Promise.all(
    Array.from({ length: options.jobs }, async () => {
      for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
        const startedMs = Date.now()
        await runTestFile(file, count, options)
        times.push({ source: file.source, seconds: (Date.now() - startedMs) / 1000 })
      }
    }),
  )
  return { count, times: times.sort((one, other) => other.seconds - one.seconds) }
}

/**
 * @param {TestFile} file
 * @param {Count} count is added to
 * @param {Options} options
 */
async function runTestFile({ source, compiled, timeoutSeconds }, count, { print, lastWordsMs = 10_000 }) {
  const failedBefore = count.failed
  const report = new Report(count, print)
  const parser = new Parser()
  report.listen(parser, [source])
  /** @type {Promise<FinalResults>} */
  const completed = new Promise((resolve) => parser.once('complete', resolve))

  const child = spawnGroup(process.execPath, ['--enable-source-maps', compiled], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, TAP: '1', TAP_TIMEOUT: String(timeoutSeconds) },
  })
  let isLate = false
  const deadline = setTimeout(
    () => {
      isLate = true
      process.kill(-(child.pid ?? 0), 'SIGKILL')
    },
    timeoutSeconds * 1000 + lastWordsMs,
  )
  child.stdout?.pipe(parser)
  const [code, signal] = await once(child, 'close')
  clearTimeout(deadline)
  const results = await completed

  // Of what said nothing at all the parser makes a plan of its own.
  const isSkipped = results.plan.skipAll && !parser.syntheticPlan
  if (isSkipped) report.skip([source], results.plan.skipReason)
  // A file can be not ok without a failed assertion: a plan not kept, output that is not TAP, an end before the end, no test at all.
  const isEmpty = results.count === 0 && !isSkipped
  if ((!results.ok || code !== 0 || isEmpty) && count.failed === failedBefore) {
    report.fail([source, 'the file as a whole is not ok'], {
      code,
      signal,
      isLate,
      isEmpty,
      failures: results.failures,
    })
  }
}

/** What the tests of one file say. */
class Report {
  /** @param {Count} count is added to @param {(text: string) => void} print */
  constructor(count, print) {
    this.count = count
    this.print = print
  }

  /**
   * @param {Parser} parser
   * @param {readonly string[]} path the file, and the names of the tests around it
   */
  listen(parser, path) {
    // What a subtest failed inside was counted there; its closing point counts only when nothing inside did.
    let failedInLastChild = 0
    parser.on('child', (/** @type {Parser} */ child) => {
      const failedBefore = this.count.failed
      this.listen(child, [...path, child.name])
      child.on('complete', () => (failedInLastChild = this.count.failed - failedBefore))
    })
    parser.on('assert', (/** @type {Result} */ result) => {
      const closesSubtest = result.closingTestPoint
      const alreadyCounted = closesSubtest && (result.ok || failedInLastChild > 0)
      if (result.skip || result.todo) this.skip([...path, result.name], result.skip || result.todo)
      else if (!alreadyCounted) this.#count(result, path)
      if (closesSubtest) failedInLastChild = 0
    })
    parser.on('bailout', (/** @type {string} */ reason) => this.fail([...path, 'bail out', reason], null))
  }

  /** @param {readonly string[]} path @param {string | boolean} reason */
  skip(path, reason) {
    this.count.skipped++
    this.print(`skipped: ${path.join(' > ')}${typeof reason === 'string' && reason !== '' ? ` (${reason})` : ''}`)
  }

  /** @param {Result} result @param {readonly string[]} path */
  #count(result, path) {
    if (result.ok) this.count.passed++
    else this.fail([...path, result.name], result.diag)
  }

  /** @param {readonly string[]} path @param {unknown} diagnostics */
  fail(path, diagnostics) {
    this.count.failed++
    this.print(`\nFAILED: ${path.join(' > ')}\n${diagnosticLines(diagnostics)}`)
  }
}

/** @param {unknown} diagnostics */
function diagnosticLines(diagnostics) {
  if (typeof diagnostics !== 'object' || diagnostics === null) return ''
  return Object.entries(diagnostics)
    .map(([key, value]) => `${key}: ${typeof value === 'string' ? value.trimEnd() : JSON.stringify(value, null, 2)}`)
    .map((text) => text.replaceAll(/^/gm, '  ') + '\n')
    .join('')
}
