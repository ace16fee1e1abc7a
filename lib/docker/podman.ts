/** Where podman's Docker-compatible socket wants another way than a Docker Engine for the same end. Tried with podman 4.3. */

import { access, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { codeOf } from '../disk/index.js'
import {
  cpuPeriodMicros,
  PodkeepError,
  type ContainerId,
  type ContainerSpec,
  type LinuxResources,
} from '../pod/index.js'
import type { Dockerode } from './dockerode.js'
import type { DialOptions } from './request.js'

/**
 * podman would make a folder, as root, where a mount's source is missing: a misspelt path, or a file that is still to come.
 * @throws MOUNT_FAILED in Docker's words
 */
async function requireSources({ identity, mounts }: ContainerSpec): Promise<void> {
  for (const mount of mounts) {
    if (!('hostPath' in mount) || !(await isMissing(mount.hostPath))) continue
    throw new PodkeepError(
      'MOUNT_FAILED',
      `create container ${identity.name}: bind source path does not exist: ${mount.hostPath}`,
    )
  }
}

async function isMissing(path: string): Promise<boolean> {
  return access(path).then(
    () => false,
    (error: unknown) => codeOf(error) === 'ENOENT',
  )
}

/** @param isHere whether podkeep sees the files of podman's machine */
export async function makeOnPodman<Answer>(
  spec: ContainerSpec,
  isHere: boolean,
  make: (spec: ContainerSpec) => Promise<Answer>,
): Promise<Answer> {
  if (!isHere) return make(spec)
  await requireSources(spec)
  return withProfileFile(spec, make)
}

/** podman takes a seccomp profile as the name of a file, which it reads while the container is being made. */
async function withProfileFile<Answer>(
  spec: ContainerSpec,
  make: (spec: ContainerSpec) => Promise<Answer>,
): Promise<Answer> {
  const { seccomp } = spec.security
  if (seccomp?.startsWith('{') !== true) return make(spec)
  const folder = await mkdtemp(join(tmpdir(), 'podkeep-seccomp-'))
  try {
    const file = join(folder, 'profile.json')
    await writeFile(file, seccomp)
    return await make({ ...spec, security: { ...spec.security, seccomp: file } })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** The compatible API of podman 4 changes no limits; podman's own does, in the words of OCI. */
export function changeLimits(docker: Dockerode, id: ContainerId, resources: LinuxResources): Promise<void> {
  const dial: DialOptions = {
    path: `/libpod/containers/${id}/update`,
    method: 'POST',
    options: { _body: ociLimits(resources) },
    statusCodes: { 200: true, 201: true, 404: 'no such container', 500: 'server error' },
  }
  const modem = docker.modem as { dial(options: DialOptions, done: (error: Error | null) => void): void }
  return new Promise((resolve, reject) => {
    modem.dial(dial, (error) => (error === null ? resolve() : reject(error)))
  })
}

/** Source: the OCI runtime specification, config-linux.md. */
export function ociLimits({ cpuShares, cpuQuotaMicros, memoryBytes, pidsLimit }: LinuxResources): object {
  return {
    cpu: { shares: cpuShares, period: cpuPeriodMicros, quota: cpuQuotaMicros > 0 ? cpuQuotaMicros : -1 },
    ...(memoryBytes > 0 && { memory: { limit: memoryBytes, swap: memoryBytes } }),
    pids: { limit: pidsLimit ?? -1 },
  }
}

/** Who is joined to a container that podman therefore does not remove; empty for any other refusal. */
export function dependentsIn(refusal: unknown): readonly string[] {
  const words = refusal instanceof Error ? refusal.message : ''
  const [, told = ''] = /has dependent containers which must be removed before it: (.*)/i.exec(words) ?? []
  return told.match(/\b[0-9a-f]{64}\b/g) ?? []
}
