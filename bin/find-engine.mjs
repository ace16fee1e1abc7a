/** The Docker Engine of this machine, or one of our own where there is none and we may. */

import { accessSync, constants, existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { run } from './command.mjs'
import { ensurePrograms } from './debian-packages.mjs'
import { canCall, engineAnswers } from './engine-call.mjs'
import { hostOf, startEngine, startFolders } from './private-engine.mjs'

const systemSocket = '/var/run/docker.sock'

/** The system's, rootless Docker's, Docker Desktop's, and the one an earlier `npm start` has started. */
function usualSockets() {
  const runtimeFolder = process.env['XDG_RUNTIME_DIR']
  return [
    systemSocket,
    ...(runtimeFolder === undefined ? [] : [join(runtimeFolder, 'docker.sock')]),
    join(homedir(), '.docker/run/docker.sock'),
    join(homedir(), '.docker/desktop/docker.sock'),
  ]
}

/** @param {string} socket */
function isForbidden(socket) {
  try {
    accessSync(socket, constants.R_OK | constants.W_OK)
    return false
  } catch {
    return existsSync(socket)
  }
}

/**
 * @param {(line: string) => void} say
 * @returns {Promise<string | null>} as in DOCKER_HOST; null when there is none, and what to do about it was said
 */
export async function findOrStartEngine(say) {
  const named = process.env['DOCKER_HOST']?.trim() ?? ''
  if (named !== '') {
    if (canCall(named) && !(await engineAnswers(named)))
      say(`no answer from DOCKER_HOST ${named} yet; podkeep waits for it`)
    return named
  }
  const hosts = [...usualSockets().map((socket) => `unix://${socket}`), hostOf(startFolders)]
  for (const host of hosts) if (await engineAnswers(host)) return host
  const forbidden = hosts.map((host) => host.slice('unix://'.length)).find(isForbidden)
  if (forbidden !== undefined) {
    say(`there is a Docker Engine, but this user may not use ${forbidden}`)
    say('run this as root, or join its group (sudo usermod -aG docker "$USER") and log in again')
    return null
  }
  return await startOne(say)
}

/**
 * @param {(line: string) => void} say
 * @returns {Promise<string | null>}
 */
async function startOne(say) {
  say('there is no Docker Engine here (looked at DOCKER_HOST and the usual sockets)')
  const lacking = await ensurePrograms(['dockerd', 'iptables'], say)
  if (lacking !== null || process.getuid?.() !== 0) {
    say(lacking ?? 'Docker is installed and not running, and only root can start it: sudo systemctl start docker')
    say('then run npm start again; or set DOCKER_HOST to an engine elsewhere')
    return null
  }
  if (await startSystemEngine(say)) return `unix://${systemSocket}`
  say(`starting a private engine: its data in ${startFolders.data}, its socket ${hostOf(startFolders)}`)
  try {
    await startEngine(startFolders, { alone: true })
  } catch (error) {
    say(error instanceof Error ? error.message : String(error))
    return null
  }
  say('it goes on running when podkeep ends; npm run engine:stop stops it')
  return hostOf(startFolders)
}

/**
 * Where systemd runs, the distribution's engine is a service.
 * @param {(line: string) => void} say
 */
async function startSystemEngine(say) {
  if (!existsSync('/run/systemd/system')) return false
  say('starting it with systemctl start docker')
  if (!(await run('systemctl', ['start', 'docker'])).ok) return false
  for (let tries = 0; tries < 100; tries++) {
    if (await engineAnswers(`unix://${systemSocket}`)) return true
    await sleep(100)
  }
  return false
}
