/** Containers. Source: validateContainerCommon, validateContainers, validateInitContainers. */

import { checkEnv, checkEnvFrom } from './env-rules.js'
import { report, reportMissing, type Findings } from './finding.js'
import { checkLife } from './handler-rules.js'
import { checkImageName } from './image-rules.js'
import { checkMountable, checkMounts, volumesByName } from './mount-rules.js'
import { labelProblem } from './names.js'
import type { Json } from './normal-form.js'
import { checkPorts } from './port-rules.js'
import { checkResizePolicy, checkResources } from './resource-rules.js'
import { checkRestartRules } from './restart-rules.js'
import { checkSecurityContext } from './security-rules.js'
import { listOf, objectOf, objectsOf, textOf } from './shape.js'
import { checkName, checkNul, requiredText } from './text-rules.js'

export function checkContainers(findings: Findings, spec: Json, base: string): void {
  const containers = spec['containers']
  if (containers === undefined) reportMissing(findings, `${base}/containers`)
  else if (Array.isArray(containers) && containers.length === 0)
    report(findings, `${base}/containers`, 'must have at least one container')
  const volumes = volumesByName(findings, spec, `${base}/volumes`)
  const names = new Set<string>()
  for (const list of ['containers', 'initContainers']) {
    for (const { item, at } of objectsOf(spec, list)) {
      const pointer = `${base}/${list}/${at}`
      checkContainerName(findings, item, pointer, names)
      checkImageName(findings, item, 'image', pointer)
      checkProcess(findings, item, pointer)
      checkEnv(findings, item, pointer, spec)
      checkEnvFrom(findings, item, pointer)
      checkPorts(findings, item, pointer, spec['hostNetwork'] === true)
      checkMounts(findings, item, pointer, volumes)
      checkResources(findings, objectOf(item, 'resources'), `${pointer}/resources`)
      checkResizePolicy(findings, item, `${pointer}/resizePolicy`, spec)
      checkRestartRules(findings, item, pointer)
      checkLife(findings, item, pointer, spec, list === 'initContainers')
      checkSecurityContext(findings, objectOf(item, 'securityContext'), `${pointer}/securityContext`, spec)
    }
  }
}

function checkContainerName(findings: Findings, container: Json, pointer: string, names: Set<string>): void {
  const name = requiredText(findings, container, 'name', pointer)
  if (name === null) return
  checkName(findings, `${pointer}/name`, name, labelProblem)
  if (names.has(name)) report(findings, `${pointer}/name`, `"${name}" names another container of this pod too`)
  names.add(name)
}

function checkProcess(findings: Findings, container: Json, pointer: string): void {
  for (const field of ['command', 'args']) {
    listOf(container, field).forEach((word, at) => {
      if (typeof word === 'string') checkNul(findings, `${pointer}/${field}/${at}`, word)
    })
  }
  const messages = textOf(container, 'terminationMessagePath') ?? ''
  if (messages !== '') checkMountable(findings, `${pointer}/terminationMessagePath`, messages)
  const workingDir = textOf(container, 'workingDir') ?? ''
  checkNul(findings, `${pointer}/workingDir`, workingDir)
  if (workingDir !== '' && !workingDir.startsWith('/'))
    report(findings, `${pointer}/workingDir`, 'must be an absolute path', 'start it with "/"')
}
