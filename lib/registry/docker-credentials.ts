/**
 * Who we are to a registry: the logins that `docker login` left on the machine, in Docker's and the kubelet's places, and those
 * its helper programs keep. The imagePullSecrets of a pod come before these.
 *
 * C1  Everything is read anew for each pull: a login counts at once, and nothing secret stays in memory longer than it must.
 * C2  No fault keeps an image from being pulled that can be pulled without it; faults are told in the log, once.
 */

import { readFile, stat } from 'node:fs/promises'

import { dockerHub, repositoryOf, type PullSecret, type Repository } from '../pod/index.js'
import type { KnownLogins, Logger, RegistryAuth, RegistryCredentials, RegistryLogin } from '../ports/index.js'
import { decodeLogins, type FileForm, type LoginsFile, type Secret } from './config-file.js'
import { askHelper } from './credential-program.js'
import { hostAndPath, moreSpecific, opens, type HostAndPath } from './keyring.js'

export interface CredentialFile {
  readonly path: string
  readonly form: FileForm
  /** One that may belong to somebody else: that it may not be read is no fault. */
  readonly mayBeForbidden: boolean
}

export interface DockerCredentialsOptions {
  /** In the order in which they are tried. */
  readonly files: readonly CredentialFile[]
  /** For helper programs. */
  readonly env: Readonly<Record<string, string | undefined>>
  readonly logger: Logger
  readonly helperPatienceMs?: number
}

const defaultHelperPatienceMs = 30_000
const maxFileBytes = 4 * 1024 * 1024
/** The name under which `docker login` keeps Docker Hub, also in its helpers. */
const hubServer = 'https://index.docker.io/v1/'

interface Found {
  readonly logins: readonly (RegistryLogin & { readonly key: HostAndPath })[]
  readonly faults: readonly string[]
}

const nothing: Found = { logins: [], faults: [] }

export class DockerCredentials implements RegistryCredentials {
  readonly #options: DockerCredentialsOptions
  /** By the file or the helper it is about. */
  readonly #toldFaults = new Map<string, string>()

  constructor(options: DockerCredentialsOptions) {
    this.#options = options
  }

  async loginsFor(image: string, secrets: readonly PullSecret[] = []): Promise<KnownLogins> {
    const repository = repositoryOf(image)
    const brought = secrets.map((secret) => loginsInSecret(secret, repository))
    const kept = await Promise.all(this.#options.files.map((file) => this.#loginsIn(file, repository)))
    const found = [...brought, ...kept]
    return { logins: found.flatMap(({ logins }) => logins), faults: found.flatMap(({ faults }) => faults) }
  }

  async #loginsIn(file: CredentialFile, repository: Repository): Promise<Found> {
    const text = await read(file)
    if (text === null) return this.#told(file.path, nothing)
    if ('fault' in text) return this.#told(file.path, { logins: [], faults: [`${file.path} ${text.fault}`] })
    const content = decodeLogins(text.text, file.form)
    const written = this.#told(file.path, writtenLogins(content, file.path, repository))
    const kept = await this.#helped(file, content, repository)
    return {
      // Of equals the helper's, which is asked first by Docker's own client.
      logins: [...kept.logins, ...written.logins].sort((a, b) => moreSpecific(a.key, b.key)),
      faults: [...written.faults, ...kept.faults],
    }
  }

  /** Of the helper that keeps this registry's login. */
  async #helped({ path }: CredentialFile, { helpers, store }: LoginsFile, repository: Repository): Promise<Found> {
    const name = helpers.get(repository.registry) ?? store
    if (name === null) return nothing
    const { env, helperPatienceMs: patienceMs = defaultHelperPatienceMs } = this.#options
    const source = `docker-credential-${name} (${path})`
    const answer = await askHelper(name, serverOf(repository), { env, patienceMs })
    if (answer.kind === 'fault') return this.#told(source, { logins: [], faults: [`${answer.message} (${path})`] })
    if (answer.kind === 'none') return this.#told(source, nothing)
    const key = { host: repository.registry, path: '' }
    return this.#told(source, { logins: [{ key, auth: authOf(answer.secret, repository), source }], faults: [] })
  }

  #told(source: string, found: Found): Found {
    const fault = found.faults.join('; ')
    if (fault !== '' && fault !== this.#toldFaults.get(source)) {
      this.#options.logger.warn({ reason: fault }, 'a registry login cannot be read')
    }
    if (fault === '') this.#toldFaults.delete(source)
    else this.#toldFaults.set(source, fault)
    return found
  }
}

/** Helper programs that it names are the machine's, and not asked. */
function loginsInSecret({ source, form, value }: PullSecret, repository: Repository): Found {
  return writtenLogins(decodeLogins(Buffer.from(value.reveal()).toString(), form), source, repository)
}

function writtenLogins({ entries, faults }: LoginsFile, source: string, repository: Repository): Found {
  const logins = entries
    .map(({ key, secret }) => ({ key: hostAndPath(key), auth: authOf(secret, repository), source }))
    .filter(({ key }) => opens(key, repository))
    .sort((a, b) => moreSpecific(a.key, b.key))
  return { logins, faults: faults.map((fault) => `${source}: ${fault}`) }
}

/** null when it is not there. */
async function read(file: CredentialFile): Promise<{ readonly text: string } | { readonly fault: string } | null> {
  try {
    const { size, isFile } = await stat(file.path).then((found) => ({ size: found.size, isFile: found.isFile() }))
    if (!isFile) return { fault: 'is not a file' }
    if (size > maxFileBytes) return { fault: 'is too large' }
    return { text: await readFile(file.path, 'utf8') }
  } catch (error) {
    const { code = 'unreadable' } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return null
    return file.mayBeForbidden && (code === 'EACCES' || code === 'EPERM') ? null : { fault: `cannot be read (${code})` }
  }
}

function serverOf({ registry }: Repository): string {
  return registry === dockerHub ? hubServer : registry
}

function authOf(secret: Secret, repository: Repository): RegistryAuth {
  const serveraddress = serverOf(repository)
  switch (secret.kind) {
    case 'password':
      return { username: secret.username, password: secret.password, serveraddress }
    case 'identity':
      return {
        ...(secret.username !== '' && { username: secret.username }),
        identitytoken: secret.token,
        serveraddress,
      }
    case 'bearer':
      return { registrytoken: secret.token, serveraddress }
  }
}
