/** Hooks of Helm among manifests that it has rendered: of what runs at a certain moment only the first install and upgrades are now. */

import { child, report, type Findings } from './finding.js'
import type { Json } from './normal-form.js'
import { objectOf, textOf } from './shape.js'

const annotation = 'helm.sh/hook'

/** @param object something that has pods */
export function checkHelmHook(findings: Findings, object: Json, pointer: string): void {
  const moments = (textOf(objectOf(objectOf(object, 'metadata'), 'annotations'), annotation) ?? '').split(',')
  const other = moments.map((moment) => moment.trim()).filter((moment) => /delete|rollback|test/.test(moment))
  if (other.length === 0 || other.length < moments.length) return
  const message = `Helm runs this at ${other.join(', ')}, and podkeep would run it now`
  report(
    findings,
    child(`${pointer}/metadata/annotations`, annotation),
    message,
    'leave it out: helm template --no-hooks',
  )
}
