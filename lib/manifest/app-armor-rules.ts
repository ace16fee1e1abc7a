/** The annotations that named AppArmor profiles before there was a field. Source: ValidateAppArmorPodAnnotations. */

import { appArmorAnnotation } from './desired-security.js'
import { child, report, type Findings } from './finding.js'
import type { Json } from './normal-form.js'
import { objectOf, objectsOf, textOf } from './shape.js'

export function checkAppArmorAnnotations(findings: Findings, pod: Json, base: string): void {
  const spec = objectOf(pod, 'spec')
  const containers = ['initContainers', 'containers'].flatMap((list) => objectsOf(spec, list).map(({ item }) => item))
  for (const [key, value] of Object.entries(objectOf(objectOf(pod, 'metadata'), 'annotations'))) {
    if (!key.startsWith(appArmorAnnotation) || typeof value !== 'string') continue
    const pointer = child(`${base}/metadata/annotations`, key)
    const name = key.slice(appArmorAnnotation.length)
    const container = containers.find((one) => textOf(one, 'name') === name)
    if (container === undefined) report(findings, pointer, `there is no container "${name}" in this pod`, null, 'key')
    else checkProfileName(findings, pointer, value, container)
  }
}

function checkProfileName(findings: Findings, pointer: string, value: string, container: Json): void {
  if (value !== '' && value !== 'runtime/default' && value !== 'unconfined' && !/^localhost\/\S/.test(value)) {
    report(findings, pointer, 'must be an AppArmor profile: runtime/default, unconfined or localhost/PROFILE')
    return
  }
  const field = objectOf(objectOf(container, 'securityContext'), 'appArmorProfile')
  const type = textOf(field, 'type')
  if (type === undefined) return
  const inField =
    type === 'Localhost'
      ? `localhost/${textOf(field, 'localhostProfile') ?? ''}`
      : type === 'Unconfined'
        ? 'unconfined'
        : 'runtime/default'
  if (value !== inField)
    report(findings, pointer, 'must say what the container’s appArmorProfile says', 'remove the annotation')
}
