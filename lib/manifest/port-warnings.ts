/**
 * Pods of one directory that want the same port of the host. A warning and no problem: each manifest is right by itself, whichever pod
 * starts second waits for the other to go, and a file that was refused for it would hold its other pods too.
 */

import { hostPorts, portsClash, portText, type Problem, type PublishedPort } from '../pod/index.js'
import type { DecodedPod } from './decode-file.js'

interface Taken {
  readonly port: PublishedPort
  readonly by: DecodedPod
}

/** @param pods those in force, in the order of their files */
export function portWarnings(pods: Iterable<DecodedPod>): Problem[] {
  const taken = new Map<number, Taken[]>()
  const warnings: Problem[] = []
  for (const decoded of pods) {
    if (decoded.pod.elsewhere !== null) continue
    for (const port of hostPorts(decoded.pod)) {
      const others = taken.get(port.hostPort) ?? []
      const first = others.find((one) => one.by !== decoded && portsClash(one.port, port))
      if (first !== undefined) warnings.push(warning(decoded, port, first.by))
      taken.set(port.hostPort, [...others, { port, by: decoded }])
    }
  }
  return warnings
}

function warning({ pod, line, column }: DecodedPod, port: PublishedPort, first: DecodedPod): Problem {
  return {
    file: pod.file,
    line,
    column,
    field: 'metadata.name',
    message: `wants port ${portText(port)} of the host, as pod ${first.pod.key} in ${first.pod.file}:${first.line} does: whichever starts second waits until the other is gone`,
    suggestion: 'give one of the two another hostPort or hostIP',
    pod: pod.key,
  }
}
