/** What the supervisor is plugged into. */

import type { ManifestPolicy } from '../manifest/index.js'
import type {
  ActionTally,
  BelievedDirectory,
  ClaimRecords,
  Clock,
  ConfigRecords,
  ContainerRuntime,
  CronRecords,
  DigestKey,
  EventRecorder,
  HandlerRunner,
  Logger,
  ManifestSource,
  PodCgroups,
  PodRecords,
  ProbeListener,
  Prober,
  RevisionRecorder,
  SecurityProfiles,
  ServiceRecords,
  VolumeRecords,
  VolumeStore,
} from '../ports/index.js'
import type { KnownOfMachine } from './around.js'

export interface SupervisorParts extends KnownOfMachine {
  readonly runtime: ContainerRuntime
  readonly source: ManifestSource
  readonly volumes: VolumeStore
  readonly records: PodRecords
  readonly cronRecords: CronRecords
  readonly profiles: SecurityProfiles
  readonly podCgroups: PodCgroups
  readonly believedDirectory: BelievedDirectory
  readonly configs: ConfigRecords
  readonly services: ServiceRecords
  readonly claims: ClaimRecords
  readonly volumeRecords: VolumeRecords
  readonly digestKey: DigestKey
  readonly clock: Clock
  /** Runs lifecycle hooks. */
  readonly handlers: HandlerRunner
  readonly newProber: (hear: ProbeListener) => Prober
  readonly logger: Logger
  readonly events: EventRecorder
  readonly revisions: RevisionRecorder
  readonly tally: ActionTally
  /** What manifests may ask for here. */
  readonly policy: ManifestPolicy
  readonly newUid: () => string
}
