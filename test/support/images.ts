/** Images and a registry without the internet. */

import { mkdirSync, writeFileSync } from 'node:fs'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { importBusyboxImage } from '../../bin/busybox-image.mjs'
import { engineCall } from '../../bin/engine-call.mjs'
import { signal, waitUntilGone } from '../../bin/processes.mjs'
import { freePort } from './free-port.js'
import { sweptFolder } from './swept-folder.js'

/** Makes an image of about 2 MB with a shell and busybox's programs in /bin. */
export async function importBusybox(socketPath: string, reference: string): Promise<void> {
  await importBusyboxImage(`unix://${socketPath}`, reference)
}

type Call = (method: string, path: string, body?: object) => Promise<string>

function callOf(socketPath: string): Call {
  return async (method, path, body = {}) => {
    const headers = { 'Content-Type': 'application/json' }
    const options = { headers, body: JSON.stringify(body) }
    const { status, text } = await engineCall(`unix://${socketPath}`, method, path, options)
    if (status >= 400) throw new Error(`${method} ${path}: ${status} ${text}`)
    return text
  }
}

/** Makes an image that has a layer of 3 MB more, of random bytes: one that must be downloaded, whatever else is there. */
export async function addLayer(socketPath: string, base: string, name: string): Promise<void> {
  const call = callOf(socketPath)
  const script = 'head -c 3000000 /dev/urandom > /ballast'
  const spec = { Image: base, Cmd: ['sh', '-c', script], HostConfig: { NetworkMode: 'none' } }
  const { Id } = JSON.parse(await call('POST', '/containers/create', spec)) as { Id: string }
  await call('POST', `/containers/${Id}/start`)
  await call('POST', `/containers/${Id}/wait`)
  const [repo = '', tag = 'latest'] = name.split(/:(?=[^:/]+$)/)
  await call('POST', `/commit?${new URLSearchParams({ container: Id, repo, tag }).toString()}`)
  await call('DELETE', `/containers/${Id}?force=1`)
}

/** An image like another, but with this USER. */
export async function withUser(socketPath: string, base: string, name: string, user: string): Promise<void> {
  const call = callOf(socketPath)
  const { Id } = JSON.parse(await call('POST', '/containers/create', { Image: base, User: user })) as { Id: string }
  const [repo = '', tag = 'latest'] = name.split(/:(?=[^:/]+$)/)
  await call('POST', `/commit?${new URLSearchParams({ container: Id, repo, tag }).toString()}`, { User: user })
  await call('DELETE', `/containers/${Id}?force=1`)
}

export async function removeImage(socketPath: string, name: string): Promise<void> {
  const { status, text } = await engineCall(`unix://${socketPath}`, 'DELETE', `/images/${name}?force=1`)
  if (status !== 200 && status !== 404) throw new Error(`removing image ${name}: ${text}`)
}

export interface RegistryLogin {
  readonly username: string
  readonly password: string
}

export interface TestRegistry {
  /** `127.0.0.1:PORT`, the beginning of its images' references; every engine takes loopback registries without TLS. */
  readonly host: string
  /** What it wants to hear; null when it asks for nothing. */
  readonly login: RegistryLogin | null
  /** Gives the engine's image `local` the name `HOST/name` and pushes it; answers the digest it has there. */
  push(socketPath: string, local: string, name: string): Promise<string>
  /** The registry goes away; its images stay. */
  stop(): Promise<void>
  startAgain(): Promise<void>
  close(): Promise<void>
}

/** The one login a registry with `auth` knows, as bcrypt wants it. */
const login: RegistryLogin = { username: 'podkeep', password: 'open sesame' }
const htpasswd = 'podkeep:$2y$05$abcdefghijklmnopqrstuupx2xBUC4954936wVIjyyPHmUBFu0wCW\n'

export async function startRegistry(options: { auth?: boolean } = {}): Promise<TestRegistry> {
  const folder = sweptFolder('registry')
  const host = `127.0.0.1:${String(await freePort())}`
  const settings = join(folder.path, 'config.json')
  mkdirSync(join(folder.path, 'data'))
  writeFileSync(join(folder.path, 'htpasswd'), htpasswd)
  writeFileSync(settings, registrySettings(folder.path, host, options.auth ?? false))

  let pid = 0
  const registry: TestRegistry = {
    host,
    login: options.auth === true ? login : null,
    push: async (socketPath, local, name) => await pushImage(socketPath, local, `${host}/${name}`, registry.login),
    async stop() {
      signal(pid, 'SIGKILL')
      await waitUntilGone([pid], 10_000)
    },
    async startAgain() {
      const child = spawn('docker-registry', ['serve', settings], { stdio: 'ignore' })
      child.unref()
      await once(child, 'spawn')
      pid = child.pid ?? 0
      await untilListening(host)
    },
    close: () => folder.sweep(),
  }
  try {
    await registry.startAgain()
  } catch (error) {
    await registry.close()
    throw error
  }
  return registry
}

/** JSON is YAML. */
function registrySettings(folder: string, host: string, auth: boolean): string {
  return JSON.stringify({
    version: 0.1,
    log: { level: 'error' },
    storage: { filesystem: { rootdirectory: join(folder, 'data') }, delete: { enabled: true } },
    http: { addr: host },
    ...(auth ? { auth: { htpasswd: { realm: 'podkeep', path: join(folder, 'htpasswd') } } } : {}),
  })
}

async function untilListening(host: string): Promise<void> {
  const giveUpMs = Date.now() + 30_000
  while (Date.now() < giveUpMs) {
    const answer = await fetch(`http://${host}/v2/`).catch(() => null)
    if (answer !== null) return
    await sleep(25)
  }
  throw new Error(`the registry on ${host} does not answer`)
}

/** URL-safe and padded: the engine takes a login without padding for none. */
export function registryAuth(auth: RegistryLogin | null): string {
  return Buffer.from(JSON.stringify(auth ?? {}))
    .toString('base64')
    .replaceAll('+', '-')
    .replaceAll('/', '_')
}

/** Gives an image another name. */
export async function tagImage(socketPath: string, local: string, name: string): Promise<void> {
  const [repo = '', tag = 'latest'] = name.split(/:(?=[^:/]+$)/)
  await callOf(socketPath)('POST', `/images/${local}/tag?${new URLSearchParams({ repo, tag }).toString()}`)
}

async function pushImage(
  socketPath: string,
  local: string,
  remote: string,
  auth: RegistryLogin | null,
): Promise<string> {
  await tagImage(socketPath, local, remote)
  const [repo = '', tag = 'latest'] = remote.split(/:(?=[^:/]+$)/)
  const headers = { 'X-Registry-Auth': registryAuth(auth) }
  const pushed = await engineCall(`unix://${socketPath}`, 'POST', `/images/${repo}/push?tag=${tag}`, { headers })
  const digest = /(?:"Digest":"|digest: )(sha256:[0-9a-f]{64})/.exec(pushed.text)?.[1]
  if (digest === undefined) throw new Error(`pushing ${remote}: ${pushed.text}`)
  return digest
}
