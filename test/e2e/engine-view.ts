/** What the engine itself says, asked without podkeep. */

import { get } from './podkeep-process.js'

export interface Container {
  readonly id: string
  readonly kind: string
  readonly pod: string
  /** As its manifest calls it. */
  readonly name: string
  readonly isRunning: boolean
  readonly pid: number
  readonly startedAt: string
  readonly image: string
  readonly command: readonly string[]
}

interface Listed {
  readonly Id: string
  readonly Labels: Readonly<Record<string, string>>
}

interface Inspected {
  readonly State: { readonly Running: boolean; readonly Pid: number; readonly StartedAt: string }
  readonly Config: { readonly Image: string; readonly Cmd: string[] | null; readonly Entrypoint: string[] | null }
}

/** Every container of one node, in any state, in the order of their ids. */
export async function containersOf(socketPath: string, node: string): Promise<Container[]> {
  const filters = encodeURIComponent(JSON.stringify({ label: [`io.podkeep.node=${node}`] }))
  const listed = await ask<Listed[]>(socketPath, `/containers/json?all=1&filters=${filters}`)
  const all = await Promise.all(listed.map((one) => inspect(socketPath, one)))
  return all.flat().sort((a, b) => (a.id < b.id ? -1 : 1))
}

async function inspect(socketPath: string, { Id: id, Labels: labels }: Listed): Promise<Container[]> {
  const { status, body } = await get({ socketPath }, `/containers/${id}/json`)
  if (status === 404) return []
  if (status !== 200) throw new Error(`looking at ${id}: ${status} ${body}`)
  const { State: state, Config: config } = JSON.parse(body) as Inspected
  const container = {
    id,
    kind: labels['io.podkeep.kind'] ?? '',
    pod: labels['io.kubernetes.pod.name'] ?? '',
    name: labels['io.kubernetes.container.name'] ?? '',
    isRunning: state.Running,
    pid: state.Pid,
    startedAt: state.StartedAt,
    image: config.Image,
    command: [...(config.Entrypoint ?? []), ...(config.Cmd ?? [])],
  }
  return [container]
}

/** The running app container of a pod. */
export async function appOf(socketPath: string, node: string, pod: string): Promise<Container> {
  const all = await containersOf(socketPath, node)
  const app = all.find((one) => one.pod === pod && one.kind === 'container' && one.isRunning)
  if (app === undefined) throw new Error(`no app container of ${pod} runs: ${JSON.stringify(all)}`)
  return app
}

/** As `docker container prune` does. */
export async function pruneContainers(socketPath: string): Promise<void> {
  const { status, body } = await get({ socketPath }, '/containers/prune', { method: 'POST' })
  if (status !== 200) throw new Error(`prune: ${body}`)
}

async function ask<T>(socketPath: string, path: string): Promise<T> {
  const { status, body } = await get({ socketPath }, path)
  if (status !== 200) throw new Error(`${path}: ${status} ${body}`)
  return JSON.parse(body) as T
}
