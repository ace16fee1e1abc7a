#!/usr/bin/env node
/**
 * A Docker Engine of one's own, next to whatever the machine has: dockerd and containerd with their own folder, sockets and
 * process ids. `npm start` uses it where there is no engine, the tests use one per test file. Node builtins only, because it
 * runs before anything is installed.
 *
 * E1  Only processes whose command line names the engine's own folder are ever signalled.
 * E2  Nothing under the folder is removed while anything is still mounted there.
 * E3  Settings of the machine's own engine (/etc/docker/daemon.json) are not read.
 *
 *   node bin/private-engine.mjs start|stop     the one that `npm start` runs
 */

import { spawn } from 'node:child_process'
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { run, succeeds } from './command.mjs'
import { engineAnswers } from './engine-call.mjs'
import {
  commandLine,
  descendantsOf,
  isAlive,
  mountsUnder,
  processesNaming,
  signal,
  waitUntilGone,
} from './processes.mjs'

/**
 * @typedef {object} EngineFolders
 * @property {string} data images, containers and logs
 * @property {string} run sockets and process ids; short, because the path of a unix socket ends at 107 characters
 *
 * @typedef {object} EngineOptions
 * @property {boolean} [alone] the only engine on the machine: it gets docker0 and may write iptables rules. One that is not
 *   alone has neither, because a starting dockerd flushes the chains of every other; published ports are proxied.
 * @property {string} [addressPool] where user-defined networks get their addresses
 * @property {number} [downloadAttempts] how often it tries a layer whose download breaks off; five by default, 75 s in all
 * @property {Readonly<Record<string, { readonly path: string }>>} [runtimes] beside its own
 */

/** @type {EngineFolders} */
export const startFolders = { data: '/var/lib/podkeep-engine', run: '/run/podkeep-engine' }

/**
 * As in DOCKER_HOST.
 * @param {EngineFolders} folders
 */
export const hostOf = (folders) => `unix://${join(folders.run, 'docker.sock')}`

/**
 * Starts containerd, where it does not run yet, and dockerd; returns when the engine answers.
 * @param {EngineFolders} folders
 * @param {EngineOptions} [options]
 * @returns {Promise<number>} the process id of dockerd
 */
export async function startEngine(folders, options = {}) {
  for (const folder of [folders.data, folders.run]) mkdirSync(folder, { recursive: true, mode: 0o711 })
  await startContainerd(folders)
  const pidFile = join(folders.run, 'dockerd.pid')
  if (!ownProcess(folders, pidFile)) rmSync(pidFile, { force: true })
  const settings = settingsFile(folders.run)
  writeFileSync(settings, JSON.stringify(await daemonSettings(options)))
  const logFile = join(folders.data, 'dockerd.log')
  const args = ['--config-file', settings, '--host', hostOf(folders), '--pidfile', pidFile]
  args.push('--data-root', join(folders.data, 'docker'), '--exec-root', join(folders.run, 'exec'))
  const dockerd = spawnDaemon('dockerd', [...args, '--containerd', containerdSocket(folders)], logFile)
  await untilItAnswers('dockerd', dockerd, logFile, () => engineAnswers(hostOf(folders)))
  return dockerd
}

/** @param {EngineOptions} options */
async function daemonSettings({ alone = false, addressPool, downloadAttempts, runtimes }) {
  const pools = {
    ...(addressPool !== undefined && { 'default-address-pools': [{ base: addressPool, size: 22 }] }),
    ...(runtimes !== undefined && { runtimes }),
    ...(downloadAttempts !== undefined && { 'max-download-attempts': downloadAttempts }),
  }
  if (alone && (await succeeds('iptables', ['-t', 'nat', '-S']))) return pools
  return { ...pools, iptables: false, ip6tables: false, ...(alone ? {} : { bridge: 'none' }) }
}

/** @param {string} run */
const settingsFile = (run) => join(run, 'daemon.json')

/** @param {EngineFolders} folders */
const containerdSocket = (folders) => join(folders.run, 'containerd.sock')

/**
 * dockerd would start one itself, unless the machine already runs one, which it would then share.
 * @param {EngineFolders} folders
 */
async function startContainerd(folders) {
  const pidFile = join(folders.run, 'containerd.pid')
  if (ownProcess(folders, pidFile)) return
  const settings = join(folders.run, 'containerd.toml')
  writeFileSync(settings, 'version = 2\ndisabled_plugins = ["io.containerd.grpc.v1.cri"]\n')
  const logFile = join(folders.data, 'containerd.log')
  const args = ['--config', settings, '--address', containerdSocket(folders)]
  args.push('--root', join(folders.data, 'containerd-root'), '--state', join(folders.run, 'containerd-state'))
  const pid = spawnDaemon('containerd', args, logFile)
  writeFileSync(pidFile, String(pid))
  await untilItAnswers('containerd', pid, logFile, () => Promise.resolve(existsSync(containerdSocket(folders))))
}

/**
 * @param {string} program
 * @param {string[]} args
 * @param {string} logFile
 * @returns {number} its process id
 */
function spawnDaemon(program, args, logFile) {
  const log = openSync(logFile, 'a')
  try {
    const child = spawn(program, args, { detached: true, stdio: ['ignore', log, log], cwd: '/' })
    child.on('error', () => {})
    child.unref()
    if (child.pid === undefined) throw new Error(`${program} cannot be run: is it installed?`)
    return child.pid
  } finally {
    closeSync(log)
  }
}

/**
 * @param {string} what
 * @param {number} pid
 * @param {string} logFile
 * @param {() => Promise<boolean>} answers
 */
async function untilItAnswers(what, pid, logFile, answers) {
  const giveUpMs = Date.now() + 60_000
  while (!(await answers())) {
    if (!isAlive(pid)) throw new Error(`${what} ended at once. The end of ${logFile}:\n${lastLines(logFile)}`)
    if (Date.now() > giveUpMs) throw new Error(`${what} does not answer. The end of ${logFile}:\n${lastLines(logFile)}`)
    await sleep(25)
  }
}

/** @param {string} file */
function lastLines(file) {
  return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-8).join('\n')
}

/**
 * The process id in a pid file, if that process is one of this engine's.
 * @param {EngineFolders} folders
 * @param {string} pidFile
 * @returns {number | null}
 */
function ownProcess(folders, pidFile) {
  if (!existsSync(pidFile)) return null
  const pid = Number(readFileSync(pidFile, 'utf8'))
  return commandLine(pid).some((word) => word.includes(`${folders.run}/`)) ? pid : null
}

/**
 * Ends dockerd the way an operator would: containers get their signal and ten seconds.
 * @param {EngineFolders} folders
 * @returns {Promise<boolean>} false when it did not run
 */
export async function stopDockerd(folders) {
  const pid = ownProcess(folders, join(folders.run, 'dockerd.pid'))
  if (pid === null) return false
  signal(pid, 'SIGTERM')
  await waitUntilGone([pid], 60_000)
  return true
}

/**
 * Ends dockerd, then containerd; what they keep in the data folder stays.
 * @param {EngineFolders} folders
 */
export async function stopEngine(folders) {
  const wasRunning = await stopDockerd(folders)
  const containerd = ownProcess(folders, join(folders.run, 'containerd.pid'))
  if (containerd !== null) {
    signal(containerd, 'SIGTERM')
    await waitUntilGone([containerd], 20_000)
  }
  await destroyProcesses(folders.run)
  return wasRunning
}

/**
 * Ends an engine without ceremony, whatever state it is in, and removes every trace: processes (those in its containers
 * too), mounts, bridges, the folder.
 * @param {string} folder holds everything of the engine
 */
export async function destroyEngine(folder) {
  await destroyProcesses(folder)
  for (const mount of mountsUnder(folder)) await run('umount', ['--lazy', mount])
  const left = mountsUnder(folder)
  if (left.length > 0) throw new Error(`still mounted: ${left.join(' ')}`)
  for (const pool of addressPools(folder)) await removeBridges(pool)
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
}

/**
 * @param {string} run
 * @returns {string[]}
 */
function addressPools(run) {
  const file = settingsFile(run)
  if (!existsSync(file)) return []
  const settings = JSON.parse(readFileSync(file, 'utf8'))
  return (settings['default-address-pools'] ?? []).map((/** @type {{ base: string }} */ pool) => pool.base)
}

const daemons = [
  'dockerd',
  'containerd',
  'containerd-shim-runc-v2',
  'docker-registry',
  'podman',
  'conmon',
  'aardvark-dns',
]

/**
 * Parents before children, so that nothing is started again; what shims have adopted goes with them.
 * @param {string} folder
 */
async function destroyProcesses(folder) {
  for (let round = 0; round < 10; round++) {
    const found = daemons.flatMap((name) => processesNaming(name, `${folder}/`))
    if (found.length === 0) return
    const all = [...found, ...descendantsOf(found)]
    for (const pid of all) signal(pid, 'SIGKILL')
    await waitUntilGone(all, 10_000)
  }
  throw new Error(`processes of ${folder} keep coming back`)
}

/**
 * dockerd leaves the bridge of a user-defined network behind when it ends: `br-...`, and podkeep's own `pk-...`.
 * @param {string} addressPool `10.130.64.0/18`
 */
async function removeBridges(addressPool) {
  const [base = '', bits = '32'] = addressPool.split('/')
  const ip = (await succeeds('ip', ['-V'])) ? ['ip'] : ['busybox', 'ip']
  const [program = 'ip', ...words] = ip
  const { stdout } = await run(program, [...words, '-o', '-4', 'addr', 'show'])
  for (const [, name = '', address = ''] of stdout.matchAll(/^\d+:\s+((?:br|pk)-\w+|podman\d+)\s+inet ([\d.]+)/gm)) {
    if (addressNumber(address) >>> (32 - Number(bits)) !== addressNumber(base) >>> (32 - Number(bits))) continue
    await run(program, [...words, 'link', 'delete', name])
  }
}

/** @param {string} address */
function addressNumber(address) {
  return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)
}

/** @param {string | undefined} verb */
async function main(verb) {
  if (verb === 'start') {
    const running = await engineAnswers(hostOf(startFolders))
    if (!running) await startEngine(startFolders, { alone: true })
    console.log(`the private engine ${running ? 'already answers' : 'answers'} on ${hostOf(startFolders)}`)
  } else if (verb === 'stop') {
    console.log((await stopEngine(startFolders)) ? 'the private engine has stopped' : 'no private engine is running')
  } else {
    console.error('usage: node bin/private-engine.mjs start|stop')
    process.exitCode = 2
  }
}

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  await main(process.argv[2])
}
