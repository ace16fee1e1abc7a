/** `podkeep doctor`: looks at everything pods need, and changes nothing. */

import { engineReport, type EngineAddress } from '../../docker/index.js'
import { PodkeepError } from '../../pod/index.js'
import { CommandError } from '../command-error.js'
import { engineInUse } from '../engine-address.js'
import { manifestsStatus } from '../get/manifests.js'
import { nodeMeant } from '../last-run.js'
import { resolveOption, runOptions, type Flags } from '../run-options.js'
import { ask } from '../server/ask.js'
import { askConfigIfRunning, type RunningConfig } from '../server/running-config.js'
import type { Surroundings } from '../surroundings.js'
import type { ManifestsStatus } from '../../ports/index.js'
import { bad, good, poor, type Check } from './check.js'
import { engineChecks } from './engine-checks.js'
import {
  diskCheck,
  inotifyCheck,
  manifestsCheck,
  oomScoreCheck,
  portCheck,
  stateCheck,
  swapCheck,
} from './host-checks.js'
import { diskFacts, folderFacts, isPortFree, kernelNumber, kernelText } from './host-facts.js'

export async function examine(flags: Flags, surroundings: Surroundings): Promise<Check[]> {
  const manifests = await runningManifests(flags, surroundings)
  const running = await askConfigIfRunning(flags, surroundings)
  const node = running?.nodeName ?? nodeMeant(flags, surroundings)
  const engine = await engineFindings(await engineInUse(flags, surroundings), node)
  return [
    ...engine.checks,
    ...hostFindings(flags, surroundings, manifests, engine.dataRoot),
    ...(await portFindings(flags, surroundings, running)),
    podkeepCheck(manifests),
  ]
}

interface EngineFindings {
  readonly checks: readonly Check[]
  /** null: not on this machine, or not known. */
  readonly dataRoot: string | null
}

async function engineFindings(address: EngineAddress, node: string): Promise<EngineFindings> {
  const fromMs = Date.now()
  try {
    const report = await engineReport(address)
    const checks = engineChecks(report, { fromMs, untilMs: Date.now(), node })
    return { checks, dataRoot: address.kind === 'socket' && report.dataRoot !== '' ? report.dataRoot : null }
  } catch (error) {
    if (!(error instanceof PodkeepError)) throw error
    return { checks: [bad('engine', error.message, error.hint)], dataRoot: null }
  }
}

function hostFindings(
  flags: Flags,
  surroundings: Surroundings,
  manifests: ManifestsStatus | null,
  dataRoot: string | null,
): Check[] {
  const rootDirectory = resolveOption(runOptions.rootDirectory, flags, surroundings)
  const directory = manifests?.directory ?? resolveOption(runOptions.manifestsDirectory, flags, surroundings)
  const disk = (name: string, path: string | null, fix: string): Check[] => {
    const facts = path === null ? null : diskFacts(path)
    return facts === null ? [] : [diskCheck(name, facts, fix)]
  }
  return [
    ...disk('engine disk', dataRoot, 'docker system prune removes what nothing uses; or a larger disk'),
    ...disk('state disk', rootDirectory, 'make room: pods write their emptyDir volumes there'),
    manifestsCheck(folderFacts(directory)),
    stateCheck(folderFacts(rootDirectory)),
    inotifyCheck({
      watches: kernelNumber('/proc/sys/fs/inotify/max_user_watches'),
      instances: kernelNumber('/proc/sys/fs/inotify/max_user_instances'),
    }),
    oomScoreCheck(kernelText('/proc/self/status'), surroundings.isRoot),
    swapCheck(kernelText('/proc/swaps')),
  ]
}

async function portFindings(flags: Flags, surroundings: Surroundings, running: RunningConfig | null): Promise<Check[]> {
  if (running !== null) return running.port === null ? [] : [portCheck(running.port, false, true)]
  const port = resolveOption(runOptions.port, flags, surroundings)
  const address = resolveOption(runOptions.address, flags, surroundings)
  return port === 'none' ? [] : [portCheck(port, await isPortFree(address, port), false)]
}

/** null: no podkeep runs. */
async function runningManifests(flags: Flags, surroundings: Surroundings): Promise<ManifestsStatus | null> {
  try {
    return manifestsStatus(await ask('/manifests', flags, surroundings))
  } catch (error) {
    if (error instanceof CommandError) return null
    throw error
  }
}

function podkeepCheck(manifests: ManifestsStatus | null): Check {
  if (manifests === null) return poor('podkeep', 'does not run, or not with this state folder', 'podkeep run')
  const broken = manifests.files.filter(({ problems }) => problems.length > 0).length
  if (manifests.problem !== null) return poor('podkeep', manifests.problem, 'podkeep get manifests')
  if (broken === 0) return good('podkeep', `runs, and ${manifests.files.length} files are in order`)
  return poor(
    'podkeep',
    `runs, and ${broken} of ${manifests.files.length} files have problems`,
    'podkeep get manifests',
  )
}
