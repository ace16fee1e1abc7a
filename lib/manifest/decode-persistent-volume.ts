/** A PersistentVolume, already a value: checked by every rule, or in podkeep's own terms. */

import {
  podKey,
  type HostPathType,
  type NodeIdentity,
  type PersistentSource,
  type PersistentVolume,
} from '../pod/index.js'
import { checkedObject } from './checked-object.js'
import { report, reportMissing, type Findings } from './finding.js'
import { kindForms } from './kind-table.js'
import { whyTermsElsewhere } from './node-selection.js'
import { isObject, type Json } from './normal-form.js'
import { persistentVolumeRows } from './persistent-volume-fields.js'
import { checkPersistentVolume } from './persistent-volume-rules.js'
import { bytesOf } from './quantity.js'
import type { WrittenAt } from './schema-rules.js'
import { listOf, objectOf, textOf } from './shape.js'
import { tree } from './support-rules.js'

const table = tree(persistentVolumeRows)

/** The volume, or null when `findings` says why not; what works otherwise than elsewhere goes to `warnings`. @param node undefined: any */
export function decodePersistentVolume(
  { findings, warnings }: { readonly findings: Findings; readonly warnings: Findings },
  listed: { readonly value: Json; readonly pointer: string },
  {
    file,
    writtenAt,
    node,
  }: { readonly file: string; readonly writtenAt: WrittenAt; readonly node: NodeIdentity | undefined },
): PersistentVolume | null {
  const pointer = `${listed.pointer}/spec`
  const object = checkedObject(findings, listed, {
    form: kindForms.PersistentVolume,
    table,
    writtenAt,
    check: ({ spec }) => {
      if (isObject(spec)) checkPersistentVolume(findings, spec, pointer)
      else reportMissing(findings, pointer)
    },
  })
  if (object === null) return null
  const spec = objectOf(object, 'spec')
  warn(warnings, spec, pointer)
  return persistentVolume(object, file, node)
}

function warn(warnings: Findings, spec: Json, pointer: string): void {
  const policy = textOf(spec, 'persistentVolumeReclaimPolicy') ?? ''
  if (policy === 'Delete' || policy === 'Recycle')
    report(
      warnings,
      `${pointer}/persistentVolumeReclaimPolicy`,
      `${policy} does nothing here: podkeep deletes no data`,
      'write Retain',
    )
  if (isObject(spec['local']) && !isObject(spec['nodeAffinity']))
    report(
      warnings,
      `${pointer}/local`,
      'without nodeAffinity it is taken to be on this machine; an API server refuses it',
      'write nodeAffinity',
      'key',
    )
}

function persistentVolume(object: Json, file: string, node: NodeIdentity | undefined): PersistentVolume {
  const metadata = objectOf(object, 'metadata')
  const spec = objectOf(object, 'spec')
  const name = textOf(metadata, 'name') ?? ''
  const claimRef = objectOf(spec, 'claimRef')
  const required = objectOf(objectOf(spec, 'nodeAffinity'), 'required')
  return {
    key: podKey('', name),
    namespace: '',
    name,
    file,
    capacityBytes: bytesOf(objectOf(spec, 'capacity'), 'storage') ?? 0,
    accessModes: listOf(spec, 'accessModes') as string[],
    storageClassName: textOf(spec, 'storageClassName') ?? '',
    labels: objectOf(metadata, 'labels') as Record<string, string>,
    claimRef: isObject(spec['claimRef'])
      ? { namespace: textOf(claimRef, 'namespace') ?? '', name: textOf(claimRef, 'name') ?? '' }
      : null,
    source: sourceOf(spec),
    elsewhere: node === undefined || !isObject(spec['nodeAffinity']) ? null : whyTermsElsewhere(required, node),
  }
}

function sourceOf(spec: Json): PersistentSource {
  if (isObject(spec['nfs'])) {
    const { nfs } = spec
    const options = listOf(spec, 'mountOptions') as string[]
    const share = { server: textOf(nfs, 'server') ?? '', path: textOf(nfs, 'path') ?? '' }
    const readOnly = nfs['readOnly'] === true
    return { kind: 'nfs', share: options.length === 0 ? share : { ...share, options }, readOnly }
  }
  if (isObject(spec['local'])) return { kind: 'local', path: textOf(spec['local'], 'path') ?? '' }
  const source = objectOf(spec, 'hostPath')
  return { kind: 'hostPath', path: textOf(source, 'path') ?? '', type: (textOf(source, 'type') ?? '') as HostPathType }
}
