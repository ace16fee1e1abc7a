/**
 * What is in a volume that podkeep itself writes: keys of ConfigMaps and Secrets as files, and what the pod says of itself.
 * Source: kubelet pkg/volume/{configmap,secret,downwardapi,projected}, fieldpath.FormatMap.
 */

import { configValue, type ContentFile, type ContentVolume, type ObjectSource, type PodFile } from '../pod/index.js'
import { lacking, missing } from './config-values.js'
import { mapValue, podFieldValue, resourceValue } from './pod-values.js'
import type { PlanContext } from './plan.js'
import type { PodView } from './pod-view.js'

export type Content = { readonly files: readonly ContentFile[] } | { readonly problem: string }

export function contentOf(view: PodView, volume: ContentVolume, context: PlanContext): Content {
  const files = new Map<string, ContentFile>()
  for (const source of volume.sources) {
    const found = source.kind === 'object' ? objectFiles(source, context) : podFiles(source.files, view, context)
    if ('problem' in found) return found
    for (const file of found.files) files.set(file.path, file)
  }
  return { files: [...files.values()] }
}

/** Changes when the volume has to be written again; gives nothing of it away. */
export function contentDigest(volume: ContentVolume, files: readonly ContentFile[], { config }: PlanContext): string {
  const lines = files.map(({ path, mode, value }) => `${path} ${mode} ${config.digest(value)}`)
  return config.sign([String(volume.owner?.fsGroup ?? ''), ...lines].join('\n'))
}

function objectFiles({ object: name, items, mode, optional }: ObjectSource, { config }: PlanContext): Content {
  const object = config.find(name)
  if (object === null) return missing(name, optional, config) ?? { files: [] }
  if (items === null) return { files: [...object.entries].map(([path, value]) => ({ path, mode, value })) }
  const files: ContentFile[] = []
  for (const { key, path, mode: own } of items) {
    const value = object.entries.get(key)
    if (value !== undefined) files.push({ path, mode: own, value })
    else if (!optional) return { problem: lacking(object, key) }
  }
  return { files }
}

function podFiles(wanted: readonly PodFile[], view: PodView, context: PlanContext): Content {
  const files = wanted.map(({ path, mode, value: source }) => {
    const text = source.kind === 'resourceFieldRef' ? resourceValue(source, context) : fieldText(view, source, context)
    return { path, mode, value: configValue(Buffer.from(text)) }
  })
  return { files }
}

function fieldText(
  view: PodView,
  source: Extract<PodFile['value'], { kind: 'fieldRef' }>,
  context: PlanContext,
): string {
  const { metadata } = view.pod.manifest
  if (source.key === null && source.field === 'metadata.labels') return mapValue(metadata.labels)
  if (source.key === null && source.field === 'metadata.annotations') return mapValue(metadata.annotations)
  return podFieldValue(source, view, '', context)
}
