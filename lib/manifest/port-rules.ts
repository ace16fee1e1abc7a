/** Ports. Source: validateContainerPorts, checkHostPortConflicts, validateHostNetwork. */

import { report, reportMissing, type Findings } from './finding.js'
import { isIpAddress } from './ip-address.js'
import { portNameProblem } from './names.js'
import type { Json } from './normal-form.js'
import { numberOf, objectsOf, textOf } from './shape.js'

export function checkPorts(findings: Findings, container: Json, base: string, hostNetwork: boolean): void {
  const names = new Set<string>()
  for (const { item, at } of objectsOf(container, 'ports')) {
    const pointer = `${base}/ports/${at}`
    if (item['containerPort'] === undefined) reportMissing(findings, `${pointer}/containerPort`)
    const name = textOf(item, 'name') ?? ''
    if (name !== '') {
      const problem = portNameProblem(name)
      if (problem !== null) report(findings, `${pointer}/name`, problem)
      if (names.has(name)) report(findings, `${pointer}/name`, `"${name}" names another port of this container too`)
      names.add(name)
    }
    const hostIP = textOf(item, 'hostIP') ?? ''
    if (hostIP !== '' && !isIpAddress(hostIP)) report(findings, `${pointer}/hostIP`, 'must be an IP address')
    const { containerPort, hostPort } = portsOf(item)
    if (hostNetwork && hostPort !== 0 && hostPort !== containerPort)
      report(
        findings,
        `${pointer}/hostPort`,
        'must match containerPort when hostNetwork is true',
        `write ${containerPort} or leave it out`,
      )
  }
}

/** Regular containers and sidecars run side by side; other init containers run one after the other, each with its ports for itself. */
export function checkHostPorts(findings: Findings, spec: Json, base: string, hostNetwork: boolean): void {
  const all = ['containers', 'initContainers'].flatMap((list) =>
    objectsOf(spec, list).map(({ item, at }) => ({ container: item, pointer: `${base}/${list}/${at}`, list })),
  )
  const isAlone = ({ container, list }: (typeof all)[number]): boolean =>
    list === 'initContainers' && container['restartPolicy'] !== 'Always'
  const together = all.filter((one) => !isAlone(one))
  for (const group of [together, ...all.filter(isAlone).map((one) => [one])]) {
    const takenBy = new Map<string, string>()
    for (const { container, pointer } of group) checkTaken(findings, container, pointer, hostNetwork, takenBy)
  }
}

function checkTaken(
  findings: Findings,
  container: Json,
  pointer: string,
  hostNetwork: boolean,
  takenBy: Map<string, string>,
): void {
  for (const { item: port, at } of objectsOf(container, 'ports')) {
    const { containerPort, hostPort } = portsOf(port)
    const effective = hostNetwork && hostPort === 0 ? containerPort : hostPort
    if (effective === 0) continue
    const protocol = textOf(port, 'protocol') ?? ''
    const hostIP = textOf(port, 'hostIP') ?? ''
    const key = `${protocol === '' ? 'TCP' : protocol} ${hostIP === '' ? '0.0.0.0' : hostIP}:${effective}`
    const first = takenBy.get(key)
    if (first === undefined) takenBy.set(key, textOf(container, 'name') ?? '')
    else
      report(
        findings,
        `${pointer}/ports/${at}/${hostPort === 0 ? 'containerPort' : 'hostPort'}`,
        `port ${effective} of the host is taken by container "${first}" of this pod already`,
      )
  }
}

function portsOf(port: Json): { containerPort: number; hostPort: number } {
  return { containerPort: numberOf(port, 'containerPort') ?? 0, hostPort: numberOf(port, 'hostPort') ?? 0 }
}
