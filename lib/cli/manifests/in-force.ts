/** What is in force now: as the running podkeep says, or else as the directory says. */

import { decodeStoredPod } from '../../manifest/index.js'
import { podKey, type DesiredPod, type PodKey, type V1Pod } from '../../pod/index.js'
import { CommandError } from '../command-error.js'
import { exitCode } from '../exit-code.js'
import { manifestsStatus } from '../get-manifests.js'
import { askPodsIfRunning } from '../pods/listed-pods.js'
import type { ListedPod } from '../pod-summary.js'
import { resolveOption, runOptions, type Flags } from '../run-options.js'
import { ask } from '../server/ask.js'
import type { Surroundings } from '../surroundings.js'
import { checkFolder, readFolder, type ManifestsFolder } from './manifests-folder.js'

export interface InForce {
  readonly folder: ManifestsFolder
  readonly pods: ReadonlyMap<PodKey, DesiredPod>
  readonly isRunning: boolean
}

export async function lookInForce(flags: Flags, surroundings: Surroundings): Promise<InForce> {
  const list = await askPodsIfRunning(flags, surroundings)
  const directory = await directoryOf(flags, surroundings, list !== null)
  const folder = await readFolder(directory)
  if (list === null) return { folder, pods: checkFolder(folder).pods, isRunning: false }
  const pods = list.items.flatMap((item) => {
    const pod = item.metadata.annotations?.['io.podkeep.desire'] === 'remove' ? null : storedPod(item)
    return pod === null ? [] : [[podKey(pod.namespace, pod.name), pod] as const]
  })
  return { folder, pods: new Map(pods), isRunning: true }
}

async function directoryOf(flags: Flags, surroundings: Surroundings, isRunning: boolean): Promise<string> {
  if (flags['manifests'] === undefined && isRunning) {
    return manifestsStatus(await ask('/manifests', flags, surroundings)).directory
  }
  return resolveOption(runOptions.manifestsDirectory, flags, surroundings)
}

/** Without what podkeep adds to show it. null: only its containers are known. */
function storedPod({ metadata, spec }: ListedPod): DesiredPod | null {
  const { annotations, name, namespace } = metadata
  const without = (object: object, names: readonly string[]): object =>
    Object.fromEntries(Object.entries(object).filter(([key]) => !names.includes(key)))
  const own = Object.entries(annotations ?? {}).filter(
    ([key]) => !key.startsWith('io.podkeep.') && key !== 'kubernetes.io/config.source',
  )
  const kept = own.length === 0 ? {} : { annotations: Object.fromEntries(own) }
  const rest = { name, namespace, ...without(metadata, ['uid', 'creationTimestamp', 'annotations']), ...kept }
  const manifest: V1Pod = { apiVersion: 'v1', kind: 'Pod', metadata: rest, spec: { ...without(spec, ['nodeName']) } }
  return decodeStoredPod(manifest, metadata.annotations?.['io.podkeep.manifest'] ?? '')
}

/** A pod that a manifest says itself where it is. */
export function notInDirectory(what: string, folder: ManifestsFolder): CommandError {
  const hint = '"podkeep get manifests" lists the files and their pods'
  return new CommandError(exitCode.problem, `${what} stands in no file of ${folder.directory}`, hint)
}
