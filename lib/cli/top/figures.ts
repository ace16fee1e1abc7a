/** What pods and the machine use now: /stats/summary, read for `podkeep top`. */

import { setTimeout as sleep } from 'node:timers/promises'

import { CommandError } from '../command-error.js'
import { exitCode } from '../exit-code.js'
import type { Flags } from '../run-options.js'
import { ask } from '../server/ask.js'
import type { Surroundings } from '../surroundings.js'

export interface Figures {
  readonly name: string
  /** Cores in billionths; null: not known. */
  readonly nanoCores: number | null
  readonly workingSetBytes: number
}

export interface PodFigures extends Figures {
  readonly namespace: string
  readonly containers: readonly Figures[]
  /** When it was so. */
  readonly time: string
}

export interface Summary {
  readonly node: Figures & { readonly time: string }
  readonly pods: readonly PodFigures[]
}

/** For so long podkeep gives everybody the same figures. */
const freshMs = 2000

/** A rate is between two looks: who asks first, and of what is new, has to look twice. */
export async function askFigures(flags: Flags, surroundings: Surroundings): Promise<Summary> {
  const first = await askOnce(flags, surroundings)
  if (areRatesKnown(first)) return first
  await sleep(freshMs + 100)
  return askOnce(flags, surroundings)
}

function areRatesKnown({ node, pods }: Summary): boolean {
  return node.nanoCores !== null && pods.every(({ containers }) => containers.every((one) => one.nanoCores !== null))
}

async function askOnce(flags: Flags, surroundings: Surroundings): Promise<Summary> {
  return summaryOf(await ask('/stats/summary?only_cpu_and_memory=true', flags, surroundings))
}

interface Stats {
  readonly cpu?: { readonly time: string; readonly usageNanoCores?: number }
  readonly memory?: { readonly workingSetBytes: number }
}

interface ListedSummary {
  readonly node: Stats & { readonly nodeName: string }
  readonly pods: readonly (Stats & {
    readonly podRef: { readonly name: string; readonly namespace: string }
    readonly containers: readonly (Stats & { readonly name: string })[]
  })[]
}

/** What the kernel shows nothing of is left out. */
function summaryOf(answer: unknown): Summary {
  if (typeof answer !== 'object' || answer === null || !('node' in answer) || !('pods' in answer)) {
    throw new CommandError(exitCode.problem, 'what answers is not podkeep: no summary came back')
  }
  const { node, pods } = answer as ListedSummary
  return {
    node: { ...figuresOf(node.nodeName, node), time: node.cpu?.time ?? '' },
    pods: pods
      .filter(({ cpu }) => cpu !== undefined)
      .map(({ podRef, containers, ...stats }) => ({
        ...figuresOf(podRef.name, stats),
        namespace: podRef.namespace,
        containers: containers.filter(({ cpu }) => cpu !== undefined).map((one) => figuresOf(one.name, one)),
        time: stats.cpu?.time ?? '',
      })),
  }
}

function figuresOf(name: string, { cpu, memory }: Stats): Figures {
  return { name, nanoCores: cpu?.usageNanoCores ?? null, workingSetBytes: memory?.workingSetBytes ?? 0 }
}
