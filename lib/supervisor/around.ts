/** What a plan is made from and the pod's own memory does not tell. */

import type { PlanContext } from '../plan/index.js'

export type Machine = Pick<
  PlanContext,
  'nodeName' | 'hostIP' | 'cpuCapacityMillis' | 'memoryCapacityBytes' | 'diskCapacityBytes'
>

export type Around = Machine & Pick<PlanContext, 'uidHolder' | 'verdicts' | 'address' | 'unreadyDependencies'>
