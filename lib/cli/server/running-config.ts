/** What the running podkeep was told, as far as a command goes by it. */

import { podSecurityLevels, type ManifestPolicy, type PodSecurityLevel } from '../../manifest/index.js'
import { CommandError } from '../command-error.js'
import { exitCode } from '../exit-code.js'
import type { Flags } from '../run-options.js'
import type { Surroundings } from '../surroundings.js'
import { ask } from './ask.js'

export interface RunningConfig {
  readonly nodeName: string | null
  /** As in DOCKER_HOST. */
  readonly engine: string | null
  /** null: it has none, or one that it picked itself. */
  readonly port: number | null
  /** null: an older podkeep, which does not tell. */
  readonly policy: ManifestPolicy | null
}

/** null: there is no podkeep to be asked. */
export async function askConfigIfRunning(flags: Flags, surroundings: Surroundings): Promise<RunningConfig | null> {
  try {
    return runningConfig(await ask('/configz', flags, surroundings))
  } catch (error) {
    if (error instanceof CommandError && error.exitCode === exitCode.unavailable) return null
    throw error
  }
}

type Json = Readonly<Record<string, unknown>>

export function runningConfig(answer: unknown): RunningConfig {
  const { kubeletconfig, podkeep } = objectOf(answer)
  const kubelet = objectOf(kubeletconfig)
  const textOf = (name: string): string | null => {
    const value = kubelet[name]
    return typeof value === 'string' && value !== '' ? value : null
  }
  return {
    nodeName: textOf('nodeName'),
    engine: textOf('containerRuntimeEndpoint'),
    port: typeof kubelet['readOnlyPort'] === 'number' && kubelet['readOnlyPort'] > 0 ? kubelet['readOnlyPort'] : null,
    policy: policyOf(objectOf(podkeep), kubelet['allowedUnsafeSysctls']),
  }
}

function policyOf({ podSecurity, podSecurityNamespaces }: Json, sysctls: unknown): ManifestPolicy | null {
  if (!isLevel(podSecurity)) return null
  const levels = Object.entries(objectOf(podSecurityNamespaces)).filter((entry): entry is [string, PodSecurityLevel] =>
    isLevel(entry[1]),
  )
  return {
    podSecurity,
    podSecurityByNamespace: new Map(levels),
    allowedUnsafeSysctls: Array.isArray(sysctls) ? sysctls.filter((one) => typeof one === 'string') : [],
  }
}

function isLevel(value: unknown): value is PodSecurityLevel {
  return podSecurityLevels.some((level) => level === value)
}

function objectOf(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {}
}
