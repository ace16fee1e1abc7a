/** Rows of the tables of fields: PersistentVolumeClaims, and those that a StatefulSet makes for its pods. */

import { fineIf, ignored, never, supported, type FieldRow } from './field-rows.js'
import { objectMetadataRows } from './metadata-fields.js'

const oneClass = 'there are no drivers that could change a volume'
const isEmpty = 'what a claim stores is empty at first'

function specRows(spec: string): FieldRow[] {
  return [
    ...supported(spec, 'accessModes storageClassName volumeName'),
    ...supported(spec, 'selector selector.matchLabels selector.matchExpressions resources resources.requests'),
    ...ignored(spec, 'resources.limits', 'nothing keeps a claim from taking more than it asks for'),
    ...ignored(spec, 'volumeAttributesClassName', oneClass),
    ...never(spec, 'volumeMode', 'a volume of the engine is a folder', 'write Filesystem', fineIf('', 'Filesystem')),
    ...never(spec, 'dataSource dataSourceRef', isEmpty, 'remove the field, and fill the volume in an init container'),
  ]
}

export const claimRows: readonly FieldRow[] = [...objectMetadataRows, ...specRows('spec')]

/** @param path of the list of a StatefulSet */
export function claimTemplateRows(path: string): FieldRow[] {
  const one = `${path}[]`
  return [
    ...supported(one, 'metadata metadata.name spec'),
    ...ignored(one, 'apiVersion kind', 'each is a PersistentVolumeClaim'),
    ...ignored(
      one,
      'metadata.namespace metadata.labels metadata.annotations metadata.uid metadata.generateName metadata.ownerReferences metadata.finalizers metadata.creationTimestamp metadata.deletionTimestamp metadata.deletionGracePeriodSeconds metadata.generation metadata.managedFields metadata.resourceVersion metadata.selfLink',
      'a claim has a name here, and nothing else',
    ),
    ...ignored(one, 'status', 'podkeep finds the status out by itself'),
    ...specRows(`${one}.spec`),
  ]
}
