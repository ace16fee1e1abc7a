/** The v1 Node that podkeep answers with at /node. */

import type { V1PodCondition } from '../../pod/index.js'
import { CommandError } from '../command-error.js'
import { exitCode } from '../exit-code.js'

export interface ListedNode {
  readonly kind: 'Node'
  readonly metadata: {
    readonly name: string
    readonly creationTimestamp: string
    readonly labels?: Readonly<Record<string, string>>
    readonly annotations?: Readonly<Record<string, string>>
  }
  readonly status: {
    readonly capacity: NodeResources
    readonly allocatable: NodeResources
    readonly conditions: readonly NodeCondition[]
    readonly addresses: readonly { readonly type: string; readonly address: string }[]
    readonly nodeInfo: Readonly<Record<string, string>>
  }
}

export type NodeCondition = Pick<V1PodCondition, 'type' | 'status' | 'reason' | 'message'> & {
  readonly lastHeartbeatTime?: string
}

/** Memory in Ki. */
export interface NodeResources extends Readonly<Record<string, string>> {
  readonly cpu: string
  readonly memory: string
}

export function nodeObject(answer: unknown): ListedNode {
  if (typeof answer === 'object' && answer !== null && 'kind' in answer && answer.kind === 'Node') {
    return answer as ListedNode
  }
  throw new CommandError(exitCode.problem, 'what answers is not podkeep: no Node came back')
}
