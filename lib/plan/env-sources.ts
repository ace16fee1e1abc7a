/**
 * Where the values of a container's variables come from, and what has to be found out before it can be made: the pod's address,
 * which its sandbox has once it runs, and files, read anew for every instance. Source: kubelet makeEnvironmentVariables,
 * podFieldSelectorRuntimeValue, pkg/api/v1/resource ExtractContainerResourceValue. Differs: a hostNetwork pod's address is the host's,
 * where a kubelet without an API server knows none.
 */

import {
  invariant,
  type DesiredContainer,
  type EnvSource,
  type FileSource,
  type ObservedContainer,
} from '../pod/index.js'
import { envFileKey } from './action.js'
import { attempt } from './attempt.js'
import { variableFrom, variablesFrom } from './config-values.js'
import { valueInEnvFile } from './env-file.js'
import { environmentOf, type Environment, type Resolved } from './environment.js'
import type { Found } from './found.js'
import { merge, nothing, waitFor, type EnvFileFact, type Plan, type PlanContext } from './plan.js'
import type { PodView } from './pod-view.js'
import { podFieldValue, resourceValue } from './pod-values.js'

/** Whoever writes the file tells nobody; reading it costs next to nothing. */
const lookAgainMs = 2000

export interface EnvironmentReadiness {
  /** null: something has to be found out first, or is not there. */
  readonly environment: Environment | null
  readonly plan: Plan
}

/** The volumes are there, and so is everything else the container needs: what a file says then is what it gets. */
export function planEnvironment(
  view: PodView,
  container: DesiredContainer,
  sandbox: ObservedContainer | null,
  context: PlanContext,
): EnvironmentReadiness {
  const creating = waitFor({ reason: 'ContainerCreating', container: container.name, message: '', untilTickMs: null })
  const address = view.pod.hostNetwork ? context.hostIP : (sandbox?.ip ?? null)
  // The sandbox's start is news of its own (see the supervisor), so nobody has to ask for the address.
  if (address === null && asksForAddress(container)) return { environment: null, plan: creating }

  const files = fileSources(container)
  const factOf = (file: FileSource): EnvFileFact | undefined =>
    context.envFiles.get(envFileKey(view.uid, container.name, file))
  const reading = (isDue: (fact: EnvFileFact | undefined) => boolean): Plan =>
    merge(...files.filter((file) => isDue(factOf(file))).map((file) => planRead(view, container, file, context)))
  if (files.some((file) => factOf(file) === undefined)) {
    return {
      environment: null,
      plan: merge(
        creating,
        reading((fact) => fact === undefined),
      ),
    }
  }

  const resolved = environmentOf(container, {
    one: (source) => valueAt(source, view, { address, factOf }, context),
    all: (source) => variablesFrom(source, context.config),
  })
  if ('environment' in resolved) return { environment: resolved.environment, plan: nothing }
  const wait = { reason: 'CreateContainerConfigError', container: container.name, message: resolved.problem } as const
  // A manifest that changes tells by itself.
  if (files.length === 0) return { environment: null, plan: waitFor({ ...wait, untilTickMs: null }) }
  const againTickMs = Math.min(...files.map((file) => factOf(file)?.atTickMs ?? 0)) + lookAgainMs
  const isDue = againTickMs <= context.nowTickMs
  const waiting = waitFor({ ...wait, untilTickMs: isDue ? null : againTickMs })
  return {
    environment: null,
    plan: isDue
      ? merge(
          waiting,
          reading(() => true),
        )
      : waiting,
  }
}

/**
 * As it will be once the container is made, as far as that can be told while what it replaces still runs: its address and what
 * stands in files are found out then.
 */
export function environmentAhead(view: PodView, container: DesiredContainer, context: PlanContext): Resolved {
  const known: Known = { address: null, factOf: () => undefined }
  return environmentOf(container, {
    one: (source) => (source.kind === 'fileKeyRef' ? { value: '' } : valueAt(source, view, known, context)),
    all: (source) => variablesFrom(source, context.config),
  })
}

function planRead(view: PodView, container: DesiredContainer, file: FileSource, context: PlanContext): Plan {
  const volume = view.pod.volumes.find((one) => one.name === file.volume)
  invariant(volume?.kind === 'emptyDir', `env of ${container.name} in ${view.pod.key} reads one of its volumes`)
  const { path } = file
  return attempt(
    { kind: 'ReadEnvFile', uid: view.uid, container: container.name, volume, path, reason: 'Missing' },
    container.name,
    context,
  )
}

function fileSources(container: DesiredContainer): FileSource[] {
  return container.env.flatMap(({ valueFrom }) => (valueFrom?.kind === 'fileKeyRef' ? [valueFrom] : []))
}

function asksForAddress(container: DesiredContainer): boolean {
  return container.env.some(
    ({ valueFrom }) =>
      valueFrom?.kind === 'fieldRef' && (valueFrom.field === 'status.podIP' || valueFrom.field === 'status.podIPs'),
  )
}

interface Known {
  /** null: nobody asks for it. */
  readonly address: string | null
  readonly factOf: (file: FileSource) => EnvFileFact | undefined
}

function valueAt(source: EnvSource, view: PodView, known: Known, context: PlanContext): Found {
  switch (source.kind) {
    case 'fieldRef':
      return { value: podFieldValue(source, view, known.address ?? '', context) }
    case 'resourceFieldRef':
      return { value: resourceValue(source, context) }
    case 'fileKeyRef':
      return fileValue(source, known.factOf(source)?.text ?? null)
    case 'configKeyRef':
      return variableFrom(source, context.config)
  }
}

function fileValue({ volume, path, key, optional }: FileSource, text: string | null): Found {
  const file = `the file ${path} in volume "${volume}"`
  if (text === null) return optional ? 'absent' : { problem: `${file} is not there` }
  const read = valueInEnvFile(text, key)
  if ('fault' in read) return { problem: `${file}, ${read.fault}` }
  if (read.value !== '') return read
  return optional ? 'absent' : { problem: `${file} has no value for the key ${key}` }
}
