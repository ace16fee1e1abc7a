/** Programs that end with this process: a signal to it goes to them first, and is done when they have ended. Builtins only. */

import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'

/** @typedef {import('node:child_process').ChildProcess} ChildProcess */
/** @typedef {import('node:child_process').SpawnOptions} SpawnOptions */

/** How long those may take that may be killed. */
const patienceMs = 5000

/** child: how to ask it to end @type {Map<ChildProcess, () => Promise<void>>} */
const children = new Map()
let isEnding = false

/**
 * Runs a program, and all that it starts, as a group of its own, which ends with this process.
 * @param {string} program
 * @param {readonly string[]} args
 * @param {SpawnOptions} options
 */
export function spawnGroup(program, args, options) {
  const child = spawn(program, args, { ...options, detached: true })
  endsWithUs(child, async () => {
    const closed = new Promise((resolve) => child.once('close', resolve))
    signalGroup(child, 'SIGTERM')
    await Promise.race([closed, sleep(patienceMs)])
    // What takes too long, and what its leader has left behind.
    signalGroup(child, 'SIGKILL')
    await closed
  })
  return child
}

/**
 * For a program that must not be broken off, such as a package manager: it is asked as by Ctrl-C, and waited for.
 * @param {ChildProcess} child
 */
export function waitForAtEnd(child) {
  endsWithUs(child, async () => {
    child.kill('SIGINT')
    await new Promise((resolve) => child.once('close', resolve))
  })
}

/**
 * @param {ChildProcess} child
 * @param {() => Promise<void>} end
 */
function endsWithUs(child, end) {
  children.set(child, end)
  child.once('error', () => children.delete(child))
  child.once('close', () => children.delete(child))
}

/**
 * Until it is released, a signal ends the children, then this process. Nothing that waits for one of them goes on.
 * @returns {() => void} releases
 */
export function endChildrenOnSignals() {
  const names = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])
  /** @param {typeof names[number]} name */
  const end = async (name) => {
    // npm and the terminal often pass one signal on twice.
    if (isEnding) return
    isEnding = true
    await Promise.all([...children.values()].map((endOne) => endOne()))
    process.exit(128 + constants.signals[name])
  }
  for (const name of names) process.on(name, end)
  return () => {
    for (const name of names) process.off(name, end)
  }
}

/**
 * What follows the end of a child does not happen once this process ends.
 * @param {() => void} next
 */
export function unlessEnding(next) {
  if (!isEnding) next()
}

/** @param {ChildProcess} child @param {NodeJS.Signals} name */
function signalGroup(child, name) {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, name)
  } catch {
    // The group has ended.
  }
}
