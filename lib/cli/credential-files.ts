/**
 * Where logins for registries are looked for: where `docker login` puts them, and where the kubelet looks. Source: kubelet
 * pkg/credentialprovider/config.go. The working directory is left out: a program's own config.json may lie there.
 */

import { join } from 'node:path'

import type { CredentialFile } from '../registry/index.js'
import type { Surroundings } from './surroundings.js'

const kubeletRoot = '/var/lib/kubelet'

export function credentialFiles(rootDirectory: string, { env, homeDirectory }: Surroundings): CredentialFile[] {
  const dockerConfig = env['DOCKER_CONFIG'] ?? ''
  const dockerFolder = dockerConfig === '' ? join(homeDirectory, '.docker') : dockerConfig
  const own = [rootDirectory, dockerFolder].map((folder) => join(folder, 'config.json'))
  const others = ['/.docker', kubeletRoot].map((folder) => join(folder, 'config.json'))
  const legacy = [homeDirectory, '/', kubeletRoot].map((folder) => join(folder, '.dockercfg'))
  const all: CredentialFile[] = [
    ...own.map((path) => ({ path, form: 'config.json', mayBeForbidden: false }) as const),
    ...others.map((path) => ({ path, form: 'config.json', mayBeForbidden: true }) as const),
    ...legacy.map((path) => ({ path, form: '.dockercfg', mayBeForbidden: true }) as const),
  ]
  return all.filter(({ path }, index) => all.findIndex((one) => one.path === path) === index)
}
