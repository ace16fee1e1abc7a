/**
 * podman's Docker-compatible socket in the place of a Docker Engine, for the same tests: PODKEEP_TEST_ENGINE=podman. Its
 * folders are its own, like those of startEngine(); what its containers left in the machine's network goes with them.
 */

import { spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

import { run } from '../../bin/command.mjs'
import { programPath } from '../../bin/debian-packages.mjs'
import { engineAnswers } from '../../bin/engine-call.mjs'
import { isAlive } from '../../bin/processes.mjs'

export const isWanted = process.env['PODKEEP_TEST_ENGINE'] === 'podman'

/** For tap's `skip`: what podman cannot do, or does otherwise; README says so. */
export const notOnPodman = (why: string): string | false => isWanted && `on podman: ${why}`

/** What of podman is not on this machine. */
export const missingPrograms = (): string[] =>
  ['podman', 'conmon', 'catatonit', 'runc', 'netavark', 'aardvark-dns'].filter(
    (program) => programPath(program) === null,
  )

/**
 * @param folder holds everything of it
 * @param addressPool where its networks get their addresses
 * @returns the process id of the service
 */
export async function startPodman(folder: string, addressPool: string): Promise<number> {
  writeSettings(folder, addressPool)
  const logFile = join(folder, 'dockerd.log')
  const log = openSync(logFile, 'a')
  const args = [...places(folder), 'system', 'service', '--time=0', `unix://${join(folder, 'docker.sock')}`]
  const child = spawn('podman', args, {
    detached: true,
    stdio: ['ignore', log, log],
    cwd: '/',
    env: environment(folder),
  })
  closeSync(log)
  child.unref()
  const pid = child.pid
  if (pid === undefined) throw new Error('podman cannot be run: is it installed?')
  const giveUpMs = Date.now() + 60_000
  while (!(await engineAnswers(`unix://${join(folder, 'docker.sock')}`))) {
    if (!isAlive(pid) || Date.now() > giveUpMs)
      throw new Error(`podman does not answer:\n${readFileSync(logFile, 'utf8')}`)
    await sleep(25)
  }
  return pid
}

/** Containers first, for with them go their addresses and firewall rules. */
export async function clearPodman(folder: string): Promise<void> {
  for (const words of [
    ['rm', '--all', '--force', '--depend', '--time=0'],
    ['network', 'prune', '--force'],
  ])
    await run('podman', [...places(folder), ...words], { env: environment(folder) })
}

function places(folder: string): string[] {
  const below = (name: string): string => {
    mkdirSync(join(folder, name), { recursive: true })
    return join(folder, name)
  }
  const data = ['--root', below('data'), '--volumepath', below('volumes')]
  return [...data, '--runroot', below('run'), '--tmpdir', below('tmp'), '--network-config-dir', below('networks')]
}

const settingsFile = (folder: string): string => join(folder, 'containers.conf')
const registriesFile = (folder: string): string => join(folder, 'registries.conf')
const helpersFolder = (folder: string): string => join(folder, 'helpers')
const namesFolder = (folder: string): string => join(folder, 'names')

function environment(folder: string): NodeJS.ProcessEnv {
  return {
    PATH: process.env['PATH'],
    HOME: folder,
    CONTAINERS_CONF: settingsFile(folder),
    CONTAINERS_REGISTRIES_CONF: registriesFile(folder),
  }
}

function writeSettings(folder: string, addressPool: string): void {
  writeFileSync(settingsFile(folder), settings(folder, addressPool))
  // As every Docker Engine takes a loopback registry without TLS.
  writeFileSync(registriesFile(folder), '[[registry]]\nlocation = "127.0.0.1"\ninsecure = true\n')
  // Where destroyEngine() looks for the addresses of the bridges that are to go.
  writeFileSync(join(folder, 'daemon.json'), JSON.stringify({ 'default-address-pools': [{ base: addressPool }] }))
  for (const needed of [helpersFolder(folder), namesFolder(folder)]) mkdirSync(needed, { recursive: true })
  writeFileSync(join(helpersFolder(folder), 'netavark'), netavark(folder), { mode: 0o755 })
}

/** All podmans of a machine would share one server of names, by the names of their networks. */
const netavark = (folder: string): string => `#!/bin/sh
[ "$1" = --config ] && shift 2
exec ${programPath('netavark') ?? 'netavark'} --config ${namesFolder(folder)} "$@"
`

/** runc, because crun 1.8 refuses a machine with both versions of cgroups; limits that a machine which may not raise any has. */
const settings = (folder: string, addressPool: string): string => `[containers]
default_ulimits = ["nofile=1024:1024", "nproc=1000:1000"]
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
helper_binaries_dir = ["${helpersFolder(folder)}", "/usr/local/libexec/podman", "/usr/libexec/podman", "/usr/lib/podman"]
[network]
network_backend = "netavark"
default_subnet_pools = [{"base" = "${addressPool}", "size" = 24}]
`
