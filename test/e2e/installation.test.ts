/** `npm start` and `npm test` while they install: a signal leaves nothing running. npm is a stand-in that never ends. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'

import { checkout } from '../support/checkout.js'
import { isAlive, signal } from '../../bin/processes.mjs'
import { until } from './until.js'

const folder = mkdtempSync(join(tmpdir(), 'pk-install-'))
t.teardown(() => {
  rmSync(folder, { recursive: true, force: true })
})

const copy = join(folder, 'checkout')
mkdirSync(copy)
for (const path of ['bin', 'test/run.mjs', 'package.json', 'package-lock.json']) {
  cpSync(join(checkout, path), join(copy, path), { recursive: true })
}

/** It has a child of its own, as npm has one for each script. */
const npm = join(folder, 'npm.js')
writeFileSync(
  npm,
  `const { spawn } = require('node:child_process')
   const { renameSync, writeFileSync } = require('node:fs')
   const child = spawn('sleep', ['1000'], { stdio: 'ignore' })
   writeFileSync(process.env.PIDS + '.new', process.pid + ' ' + child.pid)
   renameSync(process.env.PIDS + '.new', process.env.PIDS)
   setInterval(() => undefined, 1000)`,
)

for (const [what, script] of [
  ['npm start', 'bin/start.mjs'],
  ['npm test', 'test/run.mjs'],
] as const) {
  await t.test(`a signal to ${what} ends the installation with it, also when it arrives twice`, async (t) => {
    const pidFile = join(folder, `${what}.pids`)
    const env = { PATH: process.env['PATH'], HOME: folder, npm_execpath: npm, PIDS: pidFile }
    const child = spawn(process.execPath, [join(copy, script)], { cwd: copy, env })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => (output += chunk.toString()))
    }
    await until('npm runs', () => (existsSync(pidFile) ? true : undefined))
    const pids = readFileSync(pidFile, 'utf8').split(' ').map(Number)
    t.teardown(() => {
      for (const pid of pids) signal(pid, 'SIGKILL')
    })
    t.strictSame(pids.map(isAlive), [true, true])
    const ended = once(child, 'close')
    child.kill('SIGTERM')
    child.kill('SIGTERM')
    t.strictSame(await ended, [143, null])
    await until('what it started has ended', () => (pids.some(isAlive) ? undefined : true))
    t.notMatch(output, /build/, 'nothing more was begun')
  })
}
