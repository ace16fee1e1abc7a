/** restartPolicy and restartPolicyRules of one container. Source: validateContainerRestartPolicy. */

import { report, type Findings } from './finding.js'
import type { Json } from './normal-form.js'
import { listOf, objectOf, objectsOf } from './shape.js'

const mostRules = 20
const mostExitCodes = 255

export function checkRestartRules(findings: Findings, container: Json, pointer: string): void {
  const rules = objectsOf(container, 'restartPolicyRules')
  const at = `${pointer}/restartPolicyRules`
  if (rules.length > 0 && !('restartPolicy' in container))
    report(findings, `${pointer}/restartPolicy`, 'must specify restartPolicy when restart rules are used', null, 'key')
  if (rules.length > mostRules) report(findings, at, `must have at most ${mostRules} items`, null, 'key')
  for (const { item, at: index } of rules) {
    if (!('exitCodes' in item)) report(findings, `${at}/${index}/exitCodes`, 'must be specified', null, 'key')
    if (listOf(objectOf(item, 'exitCodes'), 'values').length > mostExitCodes)
      report(findings, `${at}/${index}/exitCodes/values`, `must have at most ${mostExitCodes} items`, null, 'key')
  }
}
