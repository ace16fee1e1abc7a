/** Rows of the tables of fields: PersistentVolumeClaims, and those that a StatefulSet makes for its pods. */

import { fineIf, fineIfEmpty, ignored, never, supported, type FieldRow } from './field-rows.js'
import { objectMetadataRows } from './metadata-fields.js'

const oneClass = 'there is one kind of storage here: volumes of the engine'
const byName = 'there are no PersistentVolumes to choose from: what a claim has stored is found by its name'
const isEmpty = 'what a claim stores is empty at first'

function specRows(spec: string): FieldRow[] {
  return [
    ...supported(spec, 'accessModes'),
    ...ignored(
      spec,
      'resources',
      'the engine’s volumes have no size: nothing is kept free for the claim, and it may take more than it asks for',
    ),
    ...never(
      spec,
      'storageClassName',
      'without a class it asks for a PersistentVolume that is there, and there are none',
      'use a hostPath or nfs volume in the pod, or remove the field for a volume that is empty at first',
      (value) => value !== '',
    ),
    ...ignored(spec, 'volumeAttributesClassName', oneClass),
    ...never(spec, 'selector', byName, 'remove the field', fineIfEmpty),
    ...never(spec, 'volumeName', byName, 'remove the field, or use a hostPath volume in the pod', fineIf('')),
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
