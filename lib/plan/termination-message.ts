/**
 * A container's last words: a file of its own that it may write to, read when it has ended. Source: kubelet
 * kuberuntime_container.go (makeMounts of the termination log, getTerminationMessage).
 */

import type { DesiredContainer, ObservedContainer } from '../pod/index.js'
import { attempt } from './attempt.js'
import type { Plan, PlanContext } from './plan.js'
import type { PodView } from './pod-view.js'

/** null where one of the container's volumes stands: an engine refuses two mounts in one place. */
export function terminationMessagePathOf({ terminationMessagePath: path, mounts }: DesiredContainer): string | null {
  return mounts.some(({ mountPath }) => trimmed(mountPath) === trimmed(path)) ? null : path
}

/** Nothing waits for them, so a read that failed is tried again when something else is due. */
export function planTerminationMessages(view: PodView, context: PlanContext): Plan {
  const reads = [...view.pod.initContainers, ...view.pod.containers].flatMap((container) =>
    view
      .instances(container)
      .slice(0, 2)
      .filter((one) => one.state === 'exited' && !one.remembered && one.message === undefined)
      .map((one) => planRead(container, one, context)),
  )
  return { actions: reads.flatMap((read) => read.actions), waits: [] }
}

function planRead(container: DesiredContainer, dead: ObservedContainer, context: PlanContext): Plan {
  const { id, podUid: uid, name, attempt: number, exitCode, startedAtMs } = dead
  const fallsBackToLog =
    container.terminationMessagePolicy === 'FallbackToLogsOnError' && exitCode !== 0 && startedAtMs !== null
  return attempt(
    { kind: 'ReadTerminationMessage', id, uid, container: name, attempt: number, fallsBackToLog, reason: 'Died' },
    name,
    context,
  )
}

function trimmed(path: string): string {
  return path.replace(/(?<=.)\/+$/, '')
}
