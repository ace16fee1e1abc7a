/** What is accepted in a pod, or in the template of one, and may not be what its author expects. */

import { child, report, type Findings } from './finding.js'
import type { Json } from './normal-form.js'
import { objectOf, textOf } from './shape.js'

/** @param isNodeKnown otherwise it is open which labels the node will have */
export function warnOfPod(warnings: Findings, pod: Json, base: string, isNodeKnown: boolean): void {
  const spec = objectOf(pod, 'spec')
  warnOfAccount(warnings, spec, `${base}/spec`)
  if (isNodeKnown) return
  for (const [key, value] of Object.entries(objectOf(spec, 'nodeSelector'))) {
    if (everyNodeHas.test(key)) continue
    const label = `${key}=${String(value)}`
    const message = `it waits unless this node has the label ${label}`
    report(warnings, child(`${base}/spec/nodeSelector`, key), message, `podkeep run --node-labels ${label}`)
  }
}

const everyNodeHas = /^(beta\.)?kubernetes\.io\/(os|arch|hostname)$/

/** Whoever names one of its own wants to talk to an API server. */
function warnOfAccount(warnings: Findings, spec: Json, base: string): void {
  for (const field of ['serviceAccountName', 'serviceAccount']) {
    const name = textOf(spec, field) ?? ''
    if (name === '' || name === 'default' || spec['automountServiceAccountToken'] === false) continue
    const message = `no token of ServiceAccount ${name} is put into the containers: there is no API server to talk to`
    report(warnings, `${base}/${field}`, message)
    return
  }
}
