/** What /proc says about processes and mounts: to end what an engine has started, and nothing else. */

import { readFileSync, readdirSync } from 'node:fs'
import { basename } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** @param {string} file */
function readOrEmpty(file) {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    // A process that has just ended has no files: it is as good as never there.
    return ''
  }
}

/**
 * @param {number} pid
 * @returns {string[]} empty when there is no such process
 */
export function commandLine(pid) {
  return readOrEmpty(`/proc/${pid}/cmdline`).split('\0')
}

/** State and parent stand behind the program's name, which may contain anything. @param {number} pid */
function stat(pid) {
  const text = readOrEmpty(`/proc/${pid}/stat`)
  const [state = '', parent = ''] = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return { state, parent: Number(parent) }
}

/** A zombie has ended; that nobody has asked for its exit code is another matter. @param {number} pid */
export function isAlive(pid) {
  const { state } = stat(pid)
  return state !== '' && state !== 'Z' && state !== 'X'
}

function allProcesses() {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
}

/**
 * @param {string} program
 * @param {string} text part of one of its arguments
 */
export function processesNaming(program, text) {
  return allProcesses().filter((pid) => {
    const words = commandLine(pid)
    return basename(words[0] ?? '') === program && words.some((word) => word.includes(text)) && isAlive(pid)
  })
}

/** @param {readonly number[]} ancestors */
export function descendantsOf(ancestors) {
  const family = new Set(ancestors)
  const others = allProcesses().map((pid) => ({ pid, parent: stat(pid).parent }))
  let size = 0
  while (size !== family.size) {
    size = family.size
    for (const { pid, parent } of others) if (family.has(parent)) family.add(pid)
  }
  return [...family].filter((pid) => !ancestors.includes(pid))
}

/**
 * @param {number} pid
 * @param {NodeJS.Signals} name
 */
export function signal(pid, name) {
  try {
    process.kill(pid, name)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}

/**
 * @param {readonly number[]} pids
 * @param {number} patienceMs
 */
export async function waitUntilGone(pids, patienceMs) {
  const giveUpMs = Date.now() + patienceMs
  while (pids.some(isAlive)) {
    if (Date.now() > giveUpMs) throw new Error(`still running: ${pids.filter(isAlive).join(' ')}`)
    await sleep(20)
  }
}

/**
 * @param {string} folder
 * @returns {string[]} the last mounted first
 */
export function mountsUnder(folder) {
  return readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .map((line) => (line.split(' ')[1] ?? '').replace(/\\040/g, ' '))
    .filter((path) => path.startsWith(`${folder}/`))
    .reverse()
}
