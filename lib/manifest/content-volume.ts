/** A volume of a complete v1 Pod that podkeep itself writes: configMap, secret, downwardAPI, projected. */

import {
  configKey,
  type ConfigKind,
  type ContentItem,
  type ContentSource,
  type ContentVolume,
  type EnvField,
  type ObjectSource,
  type PodFile,
} from '../pod/index.js'
import { resourceSource } from './desired-env.js'
import { cleanPath } from './file-path-rules.js'
import { splitFieldPath } from './field-path.js'
import type { Json } from './normal-form.js'
import { numberOf, objectOf, objectsOf, textOf } from './shape.js'

/** Source: SetDefaults_ConfigMapVolumeSource and its like. */
const usualMode = 0o644

/** null: it is a volume of another kind. */
export function contentVolume(volume: Json, name: string, spec: Json, namespace: string): ContentVolume | null {
  if ('configMap' in volume) {
    const source = objectOf(volume, 'configMap')
    return { kind: 'configMap', name, sources: [objectSource('ConfigMap', source, 'name', namespace)] }
  }
  if ('secret' in volume) {
    const source = objectOf(volume, 'secret')
    return { kind: 'secret', name, sources: [objectSource('Secret', source, 'secretName', namespace)] }
  }
  if ('downwardAPI' in volume) {
    const source = objectOf(volume, 'downwardAPI')
    return { kind: 'downwardAPI', name, sources: [podSource(source, modeOf(source), spec)] }
  }
  if (!('projected' in volume)) return null
  const projected = objectOf(volume, 'projected')
  const sources = objectsOf(projected, 'sources').flatMap(({ item }) =>
    projectedSource(item, { mode: modeOf(projected), spec, namespace }),
  )
  return { kind: 'projected', name, sources }
}

function projectedSource(
  source: Json,
  { mode, spec, namespace }: { mode: number; spec: Json; namespace: string },
): ContentSource[] {
  const shared = (field: string): Json => ({ ...objectOf(source, field), defaultMode: mode })
  if ('configMap' in source) return [objectSource('ConfigMap', shared('configMap'), 'name', namespace)]
  if ('secret' in source) return [objectSource('Secret', shared('secret'), 'name', namespace)]
  if ('downwardAPI' in source) return [podSource(objectOf(source, 'downwardAPI'), mode, spec)]
  return []
}

function objectSource(kind: ConfigKind, source: Json, nameField: string, namespace: string): ObjectSource {
  const mode = modeOf(source)
  const items = objectsOf(source, 'items').map(({ item }): ContentItem => ({
    key: textOf(item, 'key') ?? '',
    path: cleanPath(textOf(item, 'path') ?? ''),
    mode: numberOf(item, 'mode') ?? mode,
  }))
  return {
    kind: 'object',
    object: configKey(kind, namespace, textOf(source, nameField) ?? ''),
    items: items.length === 0 ? null : items,
    mode,
    optional: source['optional'] === true,
  }
}

function podSource(source: Json, mode: number, spec: Json): ContentSource {
  const files = objectsOf(source, 'items').map(({ item }): PodFile => {
    const file = { path: cleanPath(textOf(item, 'path') ?? ''), mode: numberOf(item, 'mode') ?? mode }
    if ('resourceFieldRef' in item)
      return { ...file, value: resourceSource(objectOf(item, 'resourceFieldRef'), {}, spec) }
    const { field, key } = splitFieldPath(textOf(objectOf(item, 'fieldRef'), 'fieldPath') ?? '')
    return { ...file, value: { kind: 'fieldRef', field: field as EnvField, key } }
  })
  return { kind: 'pod', files }
}

function modeOf(source: Json): number {
  return numberOf(source, 'defaultMode') ?? usualMode
}
