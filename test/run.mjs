/**
 * `npm test`: everything, from a clean checkout. Installs and builds what is missing, runs the static checks and all suites,
 * and says `N passed, N failed[, N skipped]` on its last line. Each static check counts as one.
 *
 *   node test/run.mjs              all of it
 *   node test/run.mjs lint unit    parts of it
 */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { endChildrenOnSignals } from '../bin/children.mjs'
import { ensurePrograms } from '../bin/debian-packages.mjs'
import { build, checkout, installDependencies, npm } from '../bin/prepare.mjs'

/** @typedef {{ passed: number, failed: number, skipped: number }} Count */

/** The npm scripts that look at the sources without running them. */
const checks = ['lint', 'depcruise', 'knip']

/** Folders of test/, and how many seconds one file of them may take. */
const suites = { unit: 120, sim: 300, contract: 300, engine: 300, e2e: 300 }

/** For the page's test, an engine that is not Docker, programs made for kubelets, and the completions: what goes together. */
const e2ePrograms = /** @type {const} */ ([
  ['chromium'],
  ['podman', 'catatonit', 'netavark', 'aardvark-dns'],
  ['prometheus', 'promtool'],
  ['kubectl'],
  ['zsh'],
  ['fish'],
])

/** A bound against hanging, far above what a run takes. */
const wholeRunMs = 60 * 60_000
const startedMs = Date.now()

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

/** @param {string} folder @returns {string[]} */
function testFiles(folder) {
  if (!existsSync(join(checkout, folder))) return []
  const names = readdirSync(join(checkout, folder), { recursive: true, encoding: 'utf8' })
  return names.filter((name) => name.endsWith('.test.ts')).map((name) => join(folder, name))
}

/**
 * @param {keyof typeof suites} suite
 * @returns {Promise<Count>}
 */
async function runSuite(suite) {
  const files = testFiles(join('test', suite))
  if (files.length === 0) return countOne(false)
  const reporter = './test/support/summary-reporter.mjs'
  const args = ['run', `--reporter=${reporter}`, `--timeout=${suites[suite]}`, ...files.sort()]
  const child = spawn(join('node_modules', '.bin', 'tap'), args, {
    cwd: checkout,
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  })
  const ended = once(child, 'close')
  const endAll = () => process.kill(-(child.pid ?? 0), 'SIGKILL')
  process.once('exit', endAll)
  const deadline = setTimeout(endAll, startedMs + wholeRunMs - Date.now())

  /** @type {string[]} */
  const held = []
  for await (const line of createInterface(child.stdout)) {
    held.push(line)
    if (held.length > 1) console.log(held.shift())
  }
  const [code] = await ended
  clearTimeout(deadline)
  process.off('exit', endAll)
  return countOf(held[0] ?? '', code === 0)
}

/**
 * @param {string} line the last one a suite has printed
 * @param {boolean} ok how the suite ended
 * @returns {Count}
 */
function countOf(line, ok) {
  const found = /^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$/.exec(line)
  if (found === null) {
    console.log(line)
    say('it ended without saying how: out of time, or killed')
    return countOne(false)
  }
  const [passed, failed, skipped] = found.slice(1).map((text) => Number(text ?? 0))
  return { passed: passed ?? 0, failed: ok ? (failed ?? 0) : Math.max(failed ?? 0, 1), skipped: skipped ?? 0 }
}

/** Tells the tests, through the environment, when there can be no engine. */
async function prepareEngine() {
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
  const count =
    part in suites
      ? await runSuite(/** @type {keyof typeof suites} */ (part))
      : countOne(await npm('run', '--silent', part))
  say(`${part}: ${countText(count)} (${((Date.now() - partStartedMs) / 1000).toFixed(1)} s)`)
  return count
}

/** @param {readonly string[]} asked */
async function main(asked) {
  const all = [...checks, ...Object.keys(suites)]
  const unknown = asked.find((part) => !all.includes(part))
  if (unknown !== undefined) {
    console.error(`there is no part ${unknown}; there are: ${all.join(' ')}`)
    process.exitCode = 2
    return
  }
  const parts = asked.length === 0 ? all : asked
  const counts = [countOne(await installDependencies(say))]
  if (counts[0]?.passed === 1) {
    say('build (checks the types)')
    counts[0] = countOne(await build())
    if (parts.some((part) => ['contract', 'engine', 'e2e'].includes(part))) await prepareEngine()
    // Without them the tests that need one say by themselves that they are skipped.
    if (parts.includes('e2e')) for (const programs of e2ePrograms) await ensurePrograms(programs, say)
    for (const part of parts) counts.push(await runPart(part))
  }
  const sum = total(counts)
  process.exitCode = sum.failed === 0 ? 0 : 1
  console.log(countText(sum))
}

endChildrenOnSignals()
await main(process.argv.slice(2))
