/**
 * Devices for containers, from annotations `podkeep.io/devices.CONTAINER`: a list of paths as Docker writes them
 * (`/dev/fuse`, `/dev/sda:/dev/xvda:r`) and of names of the Container Device Interface (`vendor.com/class=name`).
 * Source for those names: the CDI specification, ParseQualifiedName.
 */

import type { DesiredDevice } from '../pod/index.js'
import { child, report, type Findings } from './finding.js'
import type { Json } from './normal-form.js'
import { bytesOf } from './quantity.js'
import { gpuResource } from './resource-rules.js'
import { objectOf, objectsOf, textOf } from './shape.js'

export const devicesPrefix = 'podkeep.io/devices.'

const cdiName =
  /^[A-Za-z]([A-Za-z0-9_.-]*[A-Za-z0-9])?\/[A-Za-z]([A-Za-z0-9_-]*[A-Za-z0-9])?=[A-Za-z0-9]([A-Za-z0-9_.:-]*[A-Za-z0-9])?$/
const permissions = /^(?!.*(.).*\1)[rwm]+$/

export function checkDevices(findings: Findings, pod: Json, base: string): void {
  const spec = objectOf(pod, 'spec')
  const names = ['containers', 'initContainers'].flatMap((list) =>
    objectsOf(spec, list).map(({ item }) => item['name']),
  )
  const annotations = objectOf(objectOf(pod, 'metadata'), 'annotations')
  for (const [key, text] of Object.entries(annotations)) {
    if (!key.startsWith(devicesPrefix) || typeof text !== 'string') continue
    const place = child(`${base}/metadata/annotations`, key)
    const container = key.slice(devicesPrefix.length)
    if (!names.includes(container)) {
      const suggestion = `its containers are ${names.filter((name) => typeof name === 'string').join(', ')}`
      report(findings, place, `the pod has no container "${container}"`, suggestion, 'key')
    }
    const seen = new Set<string>()
    for (const item of itemsOf(text)) {
      const device = deviceOf(item)
      if (typeof device === 'string') report(findings, place, `"${item}" ${device}`, exampleOf(item))
      else if (seen.has(placeOf(device))) report(findings, place, `names "${placeOf(device)}" twice`)
      else seen.add(placeOf(device))
    }
  }
}

function exampleOf(item: string): string {
  return item.includes('=')
    ? 'write VENDOR/CLASS=NAME, like vendor.com/gpu=0'
    : 'write /dev/PATH[:PATH INSIDE][:PERMISSIONS], like /dev/fuse or /dev/ttyUSB0:/dev/modem:rw'
}

/** A list of devices with a path among them. */
export function namesPath(text: string): boolean {
  return itemsOf(text).some((item) => item.startsWith('/'))
}

function itemsOf(text: string): string[] {
  return text.split(',').map((item) => item.trim())
}

function placeOf(device: DesiredDevice): string {
  if (device.kind === 'path') return device.path
  return device.kind === 'cdi' ? device.name : gpuResource
}

/** Or what is wrong with it. */
function deviceOf(item: string): DesiredDevice | string {
  if (item === '') return 'is no device'
  if (!item.startsWith('/'))
    return cdiName.test(item) ? { kind: 'cdi', name: item } : 'is neither a path nor the name of a CDI device'
  const parts = item.split(':')
  const last = parts.length > 1 && permissions.test(parts.at(-1) ?? '') ? parts.pop() : undefined
  const [hostPath = '', path = hostPath, ...rest] = parts
  if (rest.length > 0) return 'has too many parts'
  for (const one of [hostPath, path]) {
    if (!one.startsWith('/') || one.split('/').some((step) => step === '..' || step === '.'))
      return 'is not an absolute path'
  }
  if (!hostPath.startsWith('/dev/')) return 'is not below /dev'
  return { kind: 'path', hostPath, path, permissions: last ?? 'rwm' }
}

/** What the annotation and the resources of one container ask for. */
export function desiredDevices(container: Json, annotations: Json): DesiredDevice[] {
  const text = textOf(annotations, `${devicesPrefix}${textOf(container, 'name') ?? ''}`) ?? ''
  const named = text === '' ? [] : itemsOf(text).map(deviceOf)
  const gpus = bytesOf(objectOf(objectOf(container, 'resources'), 'limits'), gpuResource) ?? 0
  return [
    ...named.filter((device) => typeof device !== 'string'),
    ...(gpus > 0 ? [{ kind: 'gpu', count: gpus } as const] : []),
  ]
}
