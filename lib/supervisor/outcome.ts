/** What an action that succeeded tells: a result is an observation. */

import type {
  ContainerFacts,
  ContainerId,
  Eviction,
  HookName,
  HostEntry,
  LinuxResources,
  PodCgroup,
  PodRecord,
  PodUid,
  ProfileFound,
} from '../pod/index.js'
import type { ImageFacts } from '../ports/index.js'

export type Outcome =
  | { readonly kind: 'container'; readonly facts: ContainerFacts }
  | { readonly kind: 'started'; readonly id: ContainerId; readonly told: string | null }
  /** Of the content of its volumes. */
  | { readonly kind: 'told'; readonly id: ContainerId; readonly told: string }
  | { readonly kind: 'signalled'; readonly id: ContainerId; readonly signal: string; readonly asCrash: boolean }
  | { readonly kind: 'hook'; readonly id: ContainerId; readonly hook: HookName; readonly failure: string | null }
  /** As the engine tells it now; null when it is gone. */
  | { readonly kind: 'seen'; readonly id: ContainerId; readonly facts: ContainerFacts | null }
  | { readonly kind: 'gone'; readonly id: ContainerId }
  | { readonly kind: 'resources'; readonly id: ContainerId; readonly resources: LinuxResources }
  | { readonly kind: 'names'; readonly id: ContainerId; readonly entries: readonly HostEntry[] }
  /** null: it is not on the machine. */
  | { readonly kind: 'image'; readonly image: string; readonly facts: ImageFacts | null }
  | { readonly kind: 'pulled'; readonly image: string; readonly facts: ImageFacts }
  | { readonly kind: 'profile'; readonly key: string; readonly found: ProfileFound }
  | {
      readonly kind: 'volume'
      readonly uid: PodUid
      readonly key: string
      readonly path: string
      readonly digest?: string
      /** The pod has some in whose place others were made. */
      readonly hasOld?: boolean
    }
  | { readonly kind: 'resized'; readonly key: string; readonly digest: string }
  | { readonly kind: 'oldVolumesRemoved'; readonly uid: PodUid }
  /** null: it is gone. */
  | { readonly kind: 'podCgroup'; readonly uid: PodUid; readonly limits: PodCgroup | null }
  | { readonly kind: 'envFile'; readonly key: string; readonly text: string | null }
  | { readonly kind: 'terminationMessage'; readonly id: ContainerId; readonly message: string }
  | { readonly kind: 'volumesRemoved'; readonly uid: PodUid; readonly eviction: Eviction | null }
  | { readonly kind: 'measured'; readonly key: string; readonly bytes: number; readonly tookMs: number }
  | {
      readonly kind: 'containerMeasured'
      readonly id: ContainerId
      readonly key: string
      readonly bytes: number
      readonly tookMs: number
    }
  | { readonly kind: 'record'; readonly record: PodRecord | null }
