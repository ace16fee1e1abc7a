/** What is in force now: as the running podkeep says, or else as the directory says. */

import type { ManifestPolicy } from '../../manifest/index.js'
import { podKey, type DesiredPod, type PodKey } from '../../pod/index.js'
import { CommandError } from '../command-error.js'
import { exitCode } from '../exit-code.js'
import { manifestsStatus } from '../get/manifests.js'
import { askPodsIfRunning } from '../pods/listed-pods.js'
import { storedPod } from '../pods/stored-pod.js'
import { resolveOption, runOptions, type Flags } from '../run-options.js'
import { ask } from '../server/ask.js'
import type { Surroundings } from '../surroundings.js'
import type { Terminal } from '../terminal.js'
import { policyInForce } from '../server/policy-in-force.js'
import { checkFolder, readFolder, type Checked, type ManifestsFolder } from './manifests-folder.js'

export interface InForce {
  readonly folder: ManifestsFolder
  readonly pods: ReadonlyMap<PodKey, DesiredPod>
  /** The directory as it is. */
  readonly before: Checked
  readonly policy: ManifestPolicy
  readonly isRunning: boolean
}

/** After a change that nobody is there to carry out. */
export function tellWhoseTurnItIs({ isRunning }: InForce, terminal: Terminal): void {
  if (!isRunning) terminal.note('podkeep does not run: it takes this up when it starts ("podkeep run")\n')
}

export async function lookInForce(flags: Flags, surroundings: Surroundings): Promise<InForce> {
  const list = await askPodsIfRunning(flags, surroundings)
  const directory = await directoryOf(flags, surroundings, list !== null)
  const folder = await readFolder(directory)
  const policy = await policyInForce(flags, surroundings)
  const before = checkFolder(folder, policy)
  if (list === null) return { folder, pods: before.pods, before, policy, isRunning: false }
  const pods = list.items.flatMap((item) => {
    const pod = item.metadata.annotations?.['io.podkeep.desire'] === 'remove' ? null : storedPod(item)
    return pod === null ? [] : [[podKey(pod.namespace, pod.name), pod] as const]
  })
  return { folder, pods: new Map(pods), before, policy, isRunning: true }
}

async function directoryOf(flags: Flags, surroundings: Surroundings, isRunning: boolean): Promise<string> {
  if (flags['manifests'] === undefined && isRunning) {
    return manifestsStatus(await ask('/manifests', flags, surroundings)).directory
  }
  return resolveOption(runOptions.manifestsDirectory, flags, surroundings)
}

/** A pod that a manifest says itself where it is. */
export function notInDirectory(what: string, folder: ManifestsFolder): CommandError {
  const hint = '"podkeep get manifests" lists the files and their pods'
  return new CommandError(exitCode.problem, `${what} stands in no file of ${folder.directory}`, hint)
}
