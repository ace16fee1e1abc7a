/** What the machine itself must have, from its own distribution. */

import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { run } from './command.mjs'

/** program: the Debian package that brings it */
const packageOf = {
  dockerd: 'docker.io',
  'docker-registry': 'docker-registry',
  iptables: 'iptables',
  busybox: 'busybox-static',
  chromium: 'chromium',
  podman: 'podman',
  catatonit: 'catatonit',
  netavark: 'netavark',
  'aardvark-dns': 'aardvark-dns',
  prometheus: 'prometheus',
  promtool: 'prometheus',
  kubectl: 'kubernetes-client',
  zsh: 'zsh',
  fish: 'fish',
}

/** @typedef {keyof typeof packageOf} Program */

const systemFolders = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin', '/usr/lib/podman']

/** @param {string} program */
export function programPath(program) {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), ...systemFolders]
  return folders.map((folder) => join(folder, program)).find((path) => existsSync(path)) ?? null
}

/**
 * Installs what is missing, where this process may.
 * @param {readonly Program[]} programs
 * @param {(line: string) => void} say
 * @returns {Promise<string | null>} why it is still missing; null when everything is there
 */
export async function ensurePrograms(programs, say) {
  const missing = () => [
    ...new Set(programs.filter((program) => programPath(program) === null).map((program) => packageOf[program])),
  ]
  const names = missing().join(' ')
  if (names === '') return null
  if (programPath('apt-get') === null) return `not installed here: ${names} (and there is no apt-get to install them)`
  const command = `apt-get update && apt-get install --no-install-recommends ${names}`
  if (process.getuid?.() !== 0) return `not installed here, and only root may: ${command}`
  say(`installing ${names} with apt-get`)
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const update = await run('apt-get', ['update'], { env })
  const install = await run('apt-get', ['install', '-y', '--no-install-recommends', ...missing()], { env })
  if (missing().length === 0) return null
  const said = (install.stderr || install.stdout || update.stderr).trim().split('\n').slice(-5).join('\n')
  return `could not be installed: ${missing().join(' ')} (${command})\n${said}`
}
