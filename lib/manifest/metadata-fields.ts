/** Rows of the table of fields: metadata, nearly the same of every kind. */

import { fineIf, ignored, never, supported, type FieldRow } from './field-rows.js'

const bookkeeping = 'the API server’s bookkeeping'

/** Of a Pod. */
export const metadataRows: readonly FieldRow[] = [
  ...supported('', 'apiVersion kind metadata spec'),
  ...ignored('', 'status', 'podkeep finds the status out by itself'),
  ...supported('metadata', 'name namespace uid labels annotations labels.{} annotations.{}'),
  ...never('metadata', 'generateName', 'what is a file needs a name that stays', 'set metadata.name', fineIf('')),
  ...never(
    'metadata',
    'deletionTimestamp',
    'this is the record of something being deleted',
    'remove the field',
    fineIf(''),
  ),
  ...ignored(
    'metadata',
    'creationTimestamp deletionGracePeriodSeconds generation managedFields resourceVersion selfLink',
    bookkeeping,
  ),
  ...ignored('metadata', 'finalizers', 'only an API server waits for them'),
  ...ignored('metadata', 'ownerReferences', 'what is in the directory belongs to its file and to nothing else'),
]

/** Of everything else. */
export const objectMetadataRows: readonly FieldRow[] = [
  ...metadataRows.filter(({ path }) => path !== 'metadata.uid'),
  ...ignored('metadata', 'uid', 'podkeep knows it by its namespace and name'),
]
