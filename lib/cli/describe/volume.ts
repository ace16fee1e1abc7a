/** A pod's volume, as kubectl describes it. Source: kubectl/pkg/describe describeVolumes. */

import type { Outline } from '../output/outline.js'
import { isJson, objectIn, objects, text, type Json } from './json.js'

export function volumeOutline(volume: Json): Outline {
  const [kind = 'emptyDir'] = Object.keys(volume).filter((field) => field !== 'name')
  const source = objectIn(volume, kind)
  return [text(volume['name']), [['Type', types[kind] ?? kind], ...details(kind, source)]]
}

const types: Readonly<Record<string, string>> = {
  configMap: 'ConfigMap (a volume populated by a ConfigMap)',
  secret: 'Secret (a volume populated by a Secret)',
  emptyDir: "EmptyDir (a temporary directory that shares a pod's lifetime)",
  hostPath: 'HostPath (bare host directory volume)',
  persistentVolumeClaim: 'PersistentVolumeClaim (a claim of the same namespace, which outlives the pod)',
  downwardAPI: 'DownwardAPI (a volume populated by information about the pod)',
  projected: 'Projected (a volume that contains injected data from multiple sources)',
}

function details(kind: string, source: Json): Outline[] {
  switch (kind) {
    case 'configMap':
      return [['Name', text(source['name'])], ...items(source), optional(source)]
    case 'secret':
      return [['SecretName', text(source['secretName'])], ...items(source), optional(source)]
    case 'emptyDir':
      return [
        ['Medium', text(source['medium'])],
        ['SizeLimit', text(source['sizeLimit'] ?? '<unset>')],
      ]
    case 'hostPath':
      return [
        ['Path', text(source['path'])],
        ['HostPathType', text(source['type'])],
      ]
    case 'persistentVolumeClaim':
      return [
        ['ClaimName', text(source['claimName'])],
        ['ReadOnly', String(source['readOnly'] === true)],
      ]
    case 'downwardAPI':
      return items(source)
    case 'projected':
      return objects(source['sources']).flatMap(projected)
    default:
      return Object.entries(source).map(([field, value]): Outline => [field, text(value)])
  }
}

function projected(source: Json): Outline[] {
  const [kind = ''] = Object.keys(source)
  const inner = objectIn(source, kind)
  switch (kind) {
    case 'configMap':
      return [['ConfigMapName', text(inner['name'])], ...items(inner), optional(inner)]
    case 'secret':
      return [['SecretName', text(inner['name'])], ...items(inner), optional(inner)]
    case 'downwardAPI':
      return [['DownwardAPI', 'true'], ...items(inner)]
    default:
      return [[kind, text(inner)]]
  }
}

function items(source: Json): Outline[] {
  const lines = objects(source['items']).map((item) => `${whatOf(item)} -> ${text(item['path'])}`)
  return lines.length === 0 ? [] : [['Items', lines]]
}

function whatOf(item: Json): string {
  if (item['key'] !== undefined) return text(item['key'])
  const [field, resource] = [item['fieldRef'], item['resourceFieldRef']]
  if (isJson(field)) return text(field['fieldPath'])
  return isJson(resource) ? text(resource['resource']) : ''
}

function optional(source: Json): Outline {
  return ['Optional', String(source['optional'] === true)]
}
