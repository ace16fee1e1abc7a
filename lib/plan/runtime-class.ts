/**
 * The engine's runtime that a pod asks for by runtimeClassName. One that the engine has not is waited for, and nothing makes way for it
 * meanwhile. Source: kubelet generatePodSandboxConfig, which fails the sandbox of a class that it does not find.
 */

import { nothing, waitFor, type Plan, type PlanContext } from './plan.js'
import type { PodView } from './pod-view.js'

export function planRuntimeClass({ pod: { runtime } }: PodView, { runtimes }: PlanContext): Plan {
  if (runtime === null || runtimes === null || runtimes.includes(runtime)) return nothing
  const message = `the engine has no runtime "${runtime}", which runtimeClassName asks for; it has ${runtimes.join(', ')}`
  return waitFor({ reason: 'CreatePodSandboxError', container: null, message, untilTickMs: null })
}
