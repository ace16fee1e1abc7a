/** Running another program, before anything is installed: Node builtins only. */

import { spawn } from 'node:child_process'
import { unlessEnding, waitForAtEnd } from './children.mjs'

/**
 * @typedef {{ ok: boolean, stdout: string, stderr: string }} Outcome
 */

/**
 * Runs a program to its end and keeps what it printed; a program that is not there has failed.
 * @param {string} program
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv }} [options]
 * @returns {Promise<Outcome>}
 */
export function run(program, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(program, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
    waitForAtEnd(child)
    let stdout = ''
    let stderr = ''
    child.stdout.setEncoding('utf8').on('data', (text) => (stdout += text))
    child.stderr.setEncoding('utf8').on('data', (text) => (stderr += text))
    child.on('error', (error) => resolve({ ok: false, stdout, stderr: error.message }))
    child.on('close', (code) => unlessEnding(() => resolve({ ok: code === 0, stdout, stderr })))
  })
}

/**
 * @param {string} program
 * @param {readonly string[]} args
 */
export async function succeeds(program, args) {
  return (await run(program, args)).ok
}
