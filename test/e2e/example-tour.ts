/** The folders of examples/ as a newcomer meets them: copied into the manifests directory, looked at, edited, taken away. */

import { chmodSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import type { Test } from 'tap'

import { checkout } from '../support/checkout.js'
import { freePort } from '../support/free-port.js'
import { containersOf, type Container } from './engine-view.js'
import { execute, logOf } from './in-container.js'
import { get, podkeep, type Node, type Pod, type PodkeepProcess } from './podkeep-process.js'
import { until } from './until.js'

export const examplesFolder = join(checkout, 'examples')

/** What there is to look at, on one node. */
export class Tour {
  readonly node: Node
  readonly podkeep: PodkeepProcess
  readonly socketPath: string

  constructor(node: Node, podkeep: PodkeepProcess, socketPath: string) {
    this.node = node
    this.podkeep = podkeep
    this.socketPath = socketPath
  }

  put(files: ReadonlyMap<string, string>): void {
    for (const [file, manifest] of files) this.node.put(file, manifest)
  }

  async pod(name: string, isSo: (pod: Pod) => boolean = () => true): Promise<Pod> {
    let seen: Pod | undefined
    return until(
      `pod ${name} as it is wanted`,
      async () => {
        seen = (await this.podkeep.pods()).find((one) => one.metadata.name === name)
        return seen !== undefined && isSo(seen) ? seen : undefined
      },
      () => `${JSON.stringify(seen?.status)}\n${this.podkeep.tail()}`,
    )
  }

  async ready(name: string): Promise<Pod> {
    return this.pod(name, ({ status }) => isTrue(status, 'Ready'))
  }

  /** The newest of a pod's containers, of those with that name. */
  async container(pod: string, name?: string): Promise<Container> {
    return until(
      `a container of ${pod}`,
      async () =>
        (await containersOf(this.socketPath, this.node.name))
          .filter((one) => one.pod === pod && one.kind !== 'sandbox' && (name === undefined || one.name === name))
          .sort((a, b) => (a.startedAt < b.startedAt ? 1 : -1))
          .at(0),
      () => this.podkeep.tail(),
    )
  }

  /** The node's volumes with these words in their names. */
  async volumes(words: string): Promise<string[]> {
    const { body } = await get({ socketPath: this.socketPath }, '/volumes')
    const names = (JSON.parse(body) as { Volumes: readonly { Name: string }[] }).Volumes.map(({ Name }) => Name)
    return names.filter((name) => name.includes(words) && name.includes(this.node.name)).sort()
  }

  async inside(pod: string, ...command: string[]): Promise<string> {
    return (await execute(this.socketPath, (await this.container(pod)).id, ...command)).out
  }

  /** Until a command says so. */
  async says(pod: string, command: readonly string[], wanted: RegExp): Promise<void> {
    let said = ''
    await until(
      `${command.join(' ')} in ${pod} says ${String(wanted)}`,
      async () => {
        // It may be being replaced.
        said = await this.inside(pod, ...command).catch(String)
        return wanted.test(said) ? true : undefined
      },
      () => said,
    )
  }

  async logs(pod: string, name: string | undefined, wanted: RegExp): Promise<void> {
    let log = ''
    await until(
      `the log of ${pod} says ${String(wanted)}`,
      async () => {
        log = await logOf(this.socketPath, (await this.container(pod, name)).id)
        return wanted.test(log) ? true : undefined
      },
      () => log,
    )
  }

  /** Until a published port's page says so. */
  async page(port: number, wanted: RegExp): Promise<void> {
    let body = ''
    await until(
      `the page on ${port} says ${String(wanted)}`,
      async () => {
        body = await pageOf(port).catch(String)
        return wanted.test(body) ? true : undefined
      },
      () => body,
    )
  }

  /** Takes the files away, and waits until the pods are; none of their programs had to be killed for it. */
  async leave(t: Test, files: Iterable<string>, isOfIt: (pod: string) => boolean): Promise<void> {
    const sinceS = Date.now() / 1000
    for (const file of files) this.node.drop(file)
    await until(
      'nothing is left of it',
      async () => {
        const pods = (await this.podkeep.pods()).filter(({ metadata }) => isOfIt(metadata.name))
        const containers = (await containersOf(this.socketPath, this.node.name)).filter(({ pod }) => isOfIt(pod))
        return pods.length + containers.length === 0 ? true : undefined
      },
      () => this.podkeep.tail(),
    )
    t.strictSame((await this.#killed(sinceS)).filter(isOfIt), [], 'every program ends when it is asked to')
  }

  /** The pods of which a program got SIGKILL. */
  async #killed(sinceS: number): Promise<string[]> {
    const filters = { event: ['kill'], label: [`io.podkeep.node=${this.node.name}`] }
    const query = new URLSearchParams({
      since: sinceS.toFixed(3),
      until: (Date.now() / 1000).toFixed(3),
      filters: JSON.stringify(filters),
    })
    const { body } = await get({ socketPath: this.socketPath }, `/events?${query.toString()}`)
    const events = body.split('\n').filter((line) => line !== '')
    return events
      .map((line) => (JSON.parse(line) as { Actor: { Attributes: Readonly<Record<string, string>> } }).Actor.Attributes)
      .filter((about) => about['signal'] === '9' && about['io.podkeep.kind'] !== 'sandbox')
      .map((about) => about['io.kubernetes.pod.name'] ?? '')
  }
}

/** busybox hands on what a CGI program says, whose lines end as lines do. */
function pageOf(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const question = request({ port, agent: false, insecureHTTPParser: true }, (answer) => {
      text(answer).then(resolve, reject)
    })
    question.on('error', reject)
    question.end()
  })
}

export function isTrue(status: Pod['status'], type: string): boolean {
  return status.conditions.some((one) => one.type === type && one.status === 'True')
}

/** The manifests of a folder by name, as they stand: only the ports of this machine are others, which nobody else has. */
export async function manifestsOf(folder: string): Promise<{ files: Map<string, string>; ports: number[] }> {
  const files = new Map<string, string>()
  const ports: number[] = []
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.yaml'))) {
    let manifest = readFileSync(join(folder, file), 'utf8')
    for (const [, port = ''] of manifest.matchAll(/^[^#\n]*(?:hostPort: |-p 127\.0\.0\.1:)(\d+)/gm)) {
      const free = await freePort()
      manifest = manifest.replaceAll(new RegExp(`(hostPort: |127\\.0\\.0\\.1:)${port}\\b`, 'g'), `$1${free}`)
      ports.push(free)
    }
    files.set(file, manifest)
  }
  return { files, ports }
}

/** `podkeep validate` has nothing to say of them, not even a warning. */
export async function validatesClean(
  t: Test,
  files: ReadonlyMap<string, string>,
  ...flags: readonly string[]
): Promise<void> {
  const folder = t.testdir()
  for (const [file, manifest] of files) {
    writeFileSync(join(folder, file), manifest)
    chmodSync(join(folder, file), 0o600)
  }
  const { code, out, err } = await podkeep(['validate', ...flags, folder])
  t.match({ code, err }, { code: 0, err: /^$|^\d+ files?, \d+ pods?, 0 problems\n$/ })
  t.match(out + err, / 0 problems\n$/)
}
