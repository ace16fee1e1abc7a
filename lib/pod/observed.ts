/**
 * A container as the engine shows it, in engine-neutral words. Times `...AtMs` are wall-clock milliseconds since 1970 as
 * the engine tells them; times `...TickMs` are readings of podkeep's monotonic clock, and only those enter a decision about
 * waiting, because wall clocks jump.
 */

import type { PublishedPort } from './hash.js'
import type { ContainerId, PodUid } from './identity.js'
import type { HostEntry } from './names.js'
import type { LinuxResources } from './resources.js'

export type ContainerKind = 'sandbox' | 'init' | 'container'
export type ContainerState = 'created' | 'running' | 'exited'

/** What podkeep wrote on a container's labels when it created it; never changes. */
export interface ContainerIdentity {
  readonly namespace: string
  readonly podName: string
  readonly podUid: PodUid
  readonly kind: ContainerKind
  /** The manifest's container name; `POD` for a sandbox. */
  readonly name: string
  /** 0 for the first instance in this pod, one more for each later one: Kubernetes' restartCount. */
  readonly attempt: number
  /** How many times in a row the instances before this one died without having run well: the position in the back-off. */
  readonly crashes: number
  /** Failures before it, of a pod that counts them for its backoffLimit; left out: none. */
  readonly failures?: number
  /** 0 in the pod's first run, one more after each RestartAllContainers: what an earlier round left counts as not there. */
  readonly round: number
  /** Of the spec it was made from: containerHash or sandboxHash. */
  readonly hash: string
  /** Of what the whole pod was made from (sandboxHash) when this container was: equal to `hash` on a sandbox. */
  readonly podHash: string
  /** The sandbox whose namespaces it joined; null for a sandbox and for a pod without one. */
  readonly sandboxId: ContainerId | null
  /** The manifest's file name when it was created. */
  readonly file: string
  /** How long it wants between SIGTERM and SIGKILL, should its manifest be gone. */
  readonly graceMs: number
  /** When the pod was first started: Kubernetes' status.startTime. */
  readonly podStartedAtMs: number
  /** What it read of ConfigMaps and Secrets, in the plan's own words; left out when it read nothing. */
  readonly config?: string
}

/** What the engine tells of a container. A port's answer; see also ObservedContainer. */
export interface ContainerFacts extends ContainerIdentity {
  readonly id: ContainerId
  /** Made under another state folder: by another podkeep of this node name, or before this one's folder was lost. */
  readonly isForeign: boolean
  /** A container that could not be started counts as exited (reason ContainerCannotRun), as in the kubelet. */
  readonly state: ContainerState
  /** Someone froze its processes (`docker pause`): it runs, and does nothing. */
  readonly paused: boolean
  readonly createdAtMs: number
  readonly startedAtMs: number | null
  readonly finishedAtMs: number | null
  readonly exitCode: number | null
  readonly oomKilled: boolean
  /** The engine's own words on why it could not be started; empty otherwise. */
  readonly error: string
  /** Its end was the engine's own restart or the machine's: not a crash. */
  readonly diedWithEngine: boolean
  /** The engine was at work after its end: whatever becomes of the engine later, this was not its doing. Left out: that is not known. */
  readonly endedAlone?: boolean
  /** As it was asked for at creation. */
  readonly image: string
  /** As Kubernetes shows it: `repository@digest` where a registry has the image, else the image's own id; empty when not known. */
  readonly imageId: string
  /** Of a running sandbox on the pod network. */
  readonly ip: string | null
  /** Signal that asks it to stop: the image's STOPSIGNAL or SIGTERM. */
  readonly stopSignal: string
  readonly resources: LinuxResources
  /** Of the host, that a sandbox was made with; left out: none. */
  readonly ports?: readonly PublishedPort[]
  /** Names of the claims of its namespace that a sandbox keeps in use; left out: none. */
  readonly claims?: readonly string[]
  /** What it left as its last words when it ended; left out until they were read. */
  readonly message?: string
}

/** ContainerFacts together with what podkeep itself saw and did in this process. */
export interface ObservedContainer extends ContainerFacts {
  /** When podkeep would have seen it end had it looked all the time; null while it has not ended. */
  readonly finishedTickMs: number | null
  /** When podkeep sent the stop signal; null when it did not. */
  readonly stopRequestedTickMs: number | null
  /** When podkeep sent SIGKILL; null when it did not. */
  readonly killRequestedTickMs: number | null
  /** podkeep stopped it because it was not well: to the back-off that is a crash like any other. */
  readonly stoppedAsCrash: boolean
  /** Made in this process, so what it stands on was there then; a machine that started since has lost some of it. */
  readonly madeHere: boolean
  /** podkeep itself asked for its start; one that an earlier podkeep started has had its postStart hook. */
  readonly startedHere: boolean
  readonly postStart: HookRun | null
  readonly preStop: HookRun | null
  /** What podkeep wrote into its hosts file last; null: nothing in this process. */
  readonly names: readonly HostEntry[] | null
  /** What the volumes that it mounts said when it began, or got a signal for them last; null: nothing that this process knows. */
  readonly told: string | null
  /** When podkeep would have seen its pod start had it been there; null when the labels do not tell. */
  readonly podStartedTickMs: number | null
  /** The engine no longer has it (someone pruned it): known from the state folder only. */
  readonly remembered: boolean
}

export type HookName = 'postStart' | 'preStop'

/** One run of a lifecycle hook. */
export interface HookRun {
  readonly begunTickMs: number
  /** null: it runs. */
  readonly endedTickMs: number | null
  /** Why it failed; null while it runs, and when it did well. */
  readonly failure: string | null
}

/** How long it ran; 0 when the engine's times are missing or nonsense. */
export function ranMs(container: ContainerFacts): number {
  if (container.startedAtMs === null || container.finishedAtMs === null) return 0
  return Math.max(0, container.finishedAtMs - container.startedAtMs)
}

/** Kubernetes' reason for a terminated container. */
export function terminatedReason(container: ContainerFacts): string {
  if (container.oomKilled) return 'OOMKilled'
  if (container.startedAtMs === null) return 'ContainerCannotRun'
  return container.exitCode === 0 ? 'Completed' : 'Error'
}
