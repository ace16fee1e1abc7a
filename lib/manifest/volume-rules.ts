/** spec.volumes. Source: ValidateVolumes, validateVolumeSource, validateHostPathVolumeSource. */

import { child, report, type Findings } from './finding.js'
import { checkHugePages, isHugePages } from './huge-pages.js'
import { labelProblem } from './names.js'
import { isObject, type Json } from './normal-form.js'
import { checkQuantity } from './resource-rules.js'
import { objectOf, objectsOf, textOf } from './shape.js'
import { isWhole } from './quantity.js'
import { checkObjectSource } from './source-rules.js'
import { checkName, checkNul, hasBacksteps, requiredText } from './text-rules.js'

export function checkVolumes(findings: Findings, spec: Json, base: string): void {
  const seen = new Set<string>()
  for (const { item, at } of objectsOf(spec, 'volumes')) {
    const pointer = `${base}/volumes/${at}`
    const name = requiredText(findings, item, 'name', pointer)
    if (name !== null) {
      checkName(findings, `${pointer}/name`, name, labelProblem)
      if (seen.has(name)) report(findings, `${pointer}/name`, `"${name}" names another volume of this pod too`)
      seen.add(name)
    }
    checkSources(findings, item, pointer)
    if ('hostPath' in item) checkHostPath(findings, objectOf(item, 'hostPath'), `${pointer}/hostPath`)
    checkEmptyDir(findings, objectOf(item, 'emptyDir'), `${pointer}/emptyDir`, spec)
    for (const [kind, source] of Object.entries(item))
      if (isObject(source)) checkObjectSource(findings, kind, source, `${pointer}/${kind}`, spec)
  }
}

function checkSources(findings: Findings, volume: Json, pointer: string): void {
  const [first, ...others] = Object.keys(volume).filter((field) => field !== 'name')
  for (const other of others)
    report(
      findings,
      child(pointer, other),
      `a volume has one source, and this one has ${first ?? ''} already`,
      null,
      'key',
    )
}

/** Of a hostPath, or of anything else that is a path of the machine. */
export function checkHostPath(findings: Findings, source: Json, pointer: string): void {
  const path = requiredText(findings, source, 'path', pointer)
  if (path === null) return
  if (hasBacksteps(path)) report(findings, `${pointer}/path`, 'must not contain ".."')
  else if (!path.startsWith('/')) report(findings, `${pointer}/path`, 'must be an absolute path', 'start it with "/"')
  else checkNul(findings, `${pointer}/path`, path)
}

function checkEmptyDir(findings: Findings, source: Json, pointer: string, spec: Json): void {
  const medium = textOf(source, 'medium') ?? ''
  if (isHugePages(medium)) checkHugePages(findings, medium, `${pointer}/medium`, spec)
  else if (medium !== '' && medium !== 'Memory')
    report(
      findings,
      `${pointer}/medium`,
      'must be Memory, HugePages, HugePages-SIZE or not set',
      medium.toLowerCase() === 'memory' ? 'did you mean "Memory"?' : null,
    )
  const limit = checkQuantity(findings, source['sizeLimit'], `${pointer}/sizeLimit`)
  if (limit !== null && !isWhole(limit)) report(findings, `${pointer}/sizeLimit`, 'must be whole bytes')
}
