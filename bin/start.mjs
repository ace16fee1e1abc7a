#!/usr/bin/env node
/**
 * `npm start`: podkeep on manifests/, from a clean checkout on a machine that has only Node. Each step is skipped when it is
 * done already: dependencies, build, an engine, the image of the example pods. What follows `--` goes to `podkeep run`.
 */

import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { join } from 'node:path'
import { importBusyboxImage } from './busybox-image.mjs'
import { endChildrenOnSignals } from './children.mjs'
import { engineCall } from './engine-call.mjs'
import { findOrStartEngine } from './find-engine.mjs'
import { buildIfOlder, checkout, installDependencies } from './prepare.mjs'

const exampleImage = 'podkeep.local/example:1'

/** @param {string} line */
const say = (line) => console.error(`npm start: ${line}`)

/** @param {string} host as in DOCKER_HOST */
async function makeExampleImage(host) {
  try {
    const { status } = await engineCall(host, 'GET', `/images/${exampleImage}/json`)
    if (status !== 404) return
    say(`making the image of the example pods, ${exampleImage}, from busybox`)
    await importBusyboxImage(host, exampleImage)
  } catch (error) {
    say(
      `no image for the example pods (${error instanceof Error ? error.message : error}); other pods are not affected`,
    )
  }
}

/**
 * Runs in the foreground until podkeep ends, as if it were this process.
 * @param {string} host as in DOCKER_HOST
 * @param {readonly string[]} args
 */
function becomePodkeep(host, args) {
  const child = spawn(process.execPath, [join('dist', 'program', 'podkeep.js'), 'run', ...args], {
    cwd: checkout,
    env: { ...process.env, DOCKER_HOST: host },
    stdio: 'inherit',
  })
  // A terminal sends Ctrl-C to both, so that it arrives twice: podkeep takes that for once.
  for (const name of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) process.on(name, () => child.kill(name))
  child.on('exit', (code, name) => process.exit(code ?? 128 + (name === null ? 0 : constants.signals[name])))
}

async function main() {
  const release = endChildrenOnSignals()
  if (!(await installDependencies(say)) || !(await buildIfOlder(say))) return 1
  const host = await findOrStartEngine(say)
  if (host === null) return 69
  await makeExampleImage(host)
  release()
  becomePodkeep(host, process.argv.slice(2))
  return undefined
}

process.exitCode = await main()
