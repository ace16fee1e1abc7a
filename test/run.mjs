/**
 * `npm test`: everything, from a clean checkout. Installs and builds what is missing, runs the static checks and all suites,
 * and says `N passed, N failed[, N skipped]` on its last line. Each static check counts as one.
 *
 *   node test/run.mjs                          all of it
 *   node test/run.mjs lint unit                parts of it
 *   node test/run.mjs unit/plan/ sim/story     the test files with these words in their path
 */

import { readdirSync, statSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { endChildrenOnSignals } from '../bin/children.mjs'
import { ensurePrograms } from '../bin/debian-packages.mjs'
import { build, checkout, installDependencies, npm } from '../bin/prepare.mjs'

/** @typedef {{ passed: number, failed: number, skipped: number }} Count */

/** The npm scripts that look at the sources without running them. */
const checks = ['lint', 'depcruise', 'knip']

/** Folders of test/, and how many seconds one file of them may take. */
const suites = { unit: 120, sim: 300, contract: 300, engine: 600, e2e: 600 }

const podmanPrograms = /** @type {const} */ (['podman', 'catatonit', 'netavark', 'aardvark-dns'])

/** For the page's test, an engine that is not Docker, programs made for kubelets, and the completions: what goes together. */
const e2ePrograms = /** @type {const} */ ([
  ['chromium'],
  podmanPrograms,
  ['prometheus', 'promtool'],
  ['kubectl'],
  ['zsh'],
  ['fish'],
])

/** A bound against hanging, far above what a run takes: then all that runs is ended as by a signal. */
const wholeRunMs = 60 * 60_000

/** @param {string} line */
const say = (line) => console.log(`== ${line}`)

/** @param {boolean} ok @returns {Count} */
const countOne = (ok) => ({ passed: ok ? 1 : 0, failed: ok ? 0 : 1, skipped: 0 })

/** @param {Count} count */
function countText({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`
}

/** @param {readonly Count[]} counts @returns {Count} */
function total(counts) {
  return counts.reduce((sum, count) => ({
    passed: sum.passed + count.passed,
    failed: sum.failed + count.failed,
    skipped: sum.skipped + count.skipped,
  }))
}

/** Short, and yet among the longest to run: it waits for minutes of the real clock. */
const slowest = 'e2e/cron-concurrency.test.ts'

/** Every test file there is, from the checkout: `unit/plan/plan-pod.test.ts`. The largest first, so that none is waited for at the end. */
function testFiles() {
  return readdirSync(join(checkout, 'test'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => ({ name, bytes: name === slowest ? Infinity : statSync(join(checkout, 'test', name)).size }))
    .sort((one, other) => other.bytes - one.bytes)
    .map(({ name }) => name)
}

/** @param {string} name of a test file @returns {keyof typeof suites} */
const suiteOf = (name) => /** @type {keyof typeof suites} */ (name.split('/')[0])

/** @param {string} part a suite, or words of a path @returns {string[]} */
const filesOf = (part) =>
  testFiles().filter((name) => suiteOf(name) === part || (!(part in suites) && `test/${name}`.includes(part)))

/**
 * @param {readonly string[]} names
 * @returns {Promise<Count>}
 */
async function runFiles(names) {
  if (names.length === 0) return countOne(false)
  // Imported here, because its parser is not there before the dependencies are.
  const { runTestFiles } = await import('./support/test-files.mjs')
  const files = names.map((name) => ({
    source: `test/${name}`,
    compiled: join(checkout, 'dist/test', name.replace(/ts$/, 'js')),
    timeoutSeconds: suites[suiteOf(name)],
  }))
  // Those with an engine wait for most of their time: for grace periods, back-offs, a clock's next minute.
  const isWaiting = names.every((name) => ['engine', 'e2e'].includes(suiteOf(name)))
  const jobs = availableParallelism() + (isWaiting ? 1 : 0)
  const { count, times } = await runTestFiles(files, { jobs, print: console.log })
  say(
    `longest: ${times
      .slice(0, 3)
      .map(({ source, seconds }) => `${source} ${seconds.toFixed(0)} s`)
      .join(', ')}`,
  )
  return count
}

/** Tells the tests, through the environment, when there can be no engine. */
async function prepareEngine() {
  // Without it the tests that are to run on it say that they are skipped.
  if (process.env['PODKEEP_TEST_ENGINE'] === 'podman') await ensurePrograms(podmanPrograms, say)
  const lacking = await ensurePrograms(['dockerd', 'docker-registry', 'iptables', 'busybox'], say)
  if (lacking === null) return
  say(`tests that need a Docker Engine are skipped: ${lacking}`)
  process.env['PODKEEP_NO_TEST_ENGINE'] = lacking
}

/**
 * @param {string} part
 * @returns {Promise<Count>}
 */
async function runPart(part) {
  const partStartedMs = Date.now()
  say(part)
  const count = checks.includes(part) ? countOne(await npm('run', '--silent', part)) : await runFiles(filesOf(part))
  say(`${part}: ${countText(count)} (${((Date.now() - partStartedMs) / 1000).toFixed(1)} s)`)
  return count
}

/** @param {readonly string[]} asked */
async function main(asked) {
  const all = [...checks, ...Object.keys(suites)]
  const unknown = asked.find((part) => !all.includes(part) && filesOf(part).length === 0)
  if (unknown !== undefined) {
    console.error(`there is no part ${unknown}, nor a test file of that name; there are: ${all.join(' ')}`)
    process.exitCode = 2
    return
  }
  const parts = asked.length === 0 ? all : asked
  const counts = [countOne(await installDependencies(say))]
  if (counts[0]?.passed === 1) {
    say('build (checks the types)')
    counts[0] = countOne(await build())
    const needed = new Set(
      /** @type {string[]} */ (
        parts
          .filter((part) => !checks.includes(part))
          .flatMap(filesOf)
          .map(suiteOf)
      ),
    )
    if (['contract', 'engine', 'e2e'].some((suite) => needed.has(suite))) await prepareEngine()
    // Without them the tests that need one say by themselves that they are skipped.
    if (needed.has('e2e')) for (const programs of e2ePrograms) await ensurePrograms(programs, say)
    for (const part of parts) counts.push(await runPart(part))
  }
  const sum = total(counts)
  process.exitCode = sum.failed === 0 ? 0 : 1
  console.log(countText(sum))
}

endChildrenOnSignals()
setTimeout(() => process.kill(process.pid, 'SIGTERM'), wholeRunMs).unref()
await main(process.argv.slice(2))
