/** Makes a checkout runnable: dependencies and build, each only when needed. Node builtins only. */

import { mkdirSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { spawnGroup, unlessEnding } from './children.mjs'

export const checkout = dirname(dirname(fileURLToPath(import.meta.url)))

/** @typedef {(line: string) => void} Say */

/** @param {string} path of a file, relative to the checkout @returns {number} 0 when it is not there */
function changedMs(path) {
  return statSync(join(checkout, path), { throwIfNoEntry: false })?.mtimeMs ?? 0
}

/**
 * @param {Say} say
 * @returns {Promise<boolean>} whether all dependencies are there now
 */
export async function installDependencies(say) {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  if (major < 20 || (major === 20 && minor < 19)) {
    say(`this is Node ${process.versions.node}, and podkeep needs 20.19 or newer`)
    return false
  }
  // npm writes this file when it has installed everything.
  const installedMs = changedMs('node_modules/.package-lock.json')
  if (installedMs !== 0 && installedMs >= changedMs('package-lock.json')) return true
  say(installedMs === 0 ? 'installing dependencies with npm' : 'dependencies have changed: installing them with npm')
  return await npm('ci', '--include=dev', '--no-audit', '--no-fund', '--no-update-notifier', '--loglevel=error')
}

const stamp = 'dist/.built'
const sources = ['tsconfig.json', 'package.json', 'package-lock.json', 'bin', 'lib']

/**
 * @param {Say} say
 * @returns {Promise<boolean>} whether dist/ is what bin/ and lib/ say
 */
export async function buildIfOlder(say) {
  const builtMs = changedMs(stamp)
  if (builtMs !== 0 && !sources.some((path) => isNewer(path, builtMs))) return true
  say(builtMs === 0 ? 'building podkeep' : 'sources have changed: building podkeep')
  return await build()
}

/** @returns {Promise<boolean>} */
export async function build() {
  const startedAt = new Date()
  if (!(await npm('run', '--silent', 'build'))) return false
  mkdirSync(join(checkout, 'dist'), { recursive: true })
  writeFileSync(join(checkout, stamp), '')
  // What was edited while the compiler ran is newer than its result.
  utimesSync(join(checkout, stamp), startedAt, startedAt)
  return true
}

/**
 * @param {string} path of a file, or of a folder with all that is in it, relative to the checkout
 * @param {number} thanMs
 * @returns {boolean}
 */
function isNewer(path, thanMs) {
  const stat = statSync(join(checkout, path))
  if (!stat.isDirectory()) return stat.mtimeMs > thanMs
  return readdirSync(join(checkout, path))
    .filter((name) => !name.includes('.generated.'))
    .some((name) => isNewer(join(path, name), thanMs))
}

/**
 * Runs the npm this process was started by, or else the one on the path.
 * @param {...string} args
 * @returns {Promise<boolean>}
 */
export function npm(...args) {
  const own = process.env['npm_execpath']
  const [program, ...words] = own?.endsWith('.js') ? [process.execPath, own, ...args] : ['npm', ...args]
  return new Promise((resolve) => {
    const child = spawnGroup(program ?? 'npm', words, { cwd: checkout, stdio: ['ignore', 'inherit', 'inherit'] })
    child.on('error', () => resolve(false))
    child.on('close', (code) => unlessEnding(() => resolve(code === 0)))
  })
}
