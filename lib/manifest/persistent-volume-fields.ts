/** Rows of the tables of fields: PersistentVolumes. */

import { fineIf, ignored, never, supported, type FieldRow } from './field-rows.js'
import { objectMetadataRows } from './metadata-fields.js'

const claimRef = 'claimRef.apiVersion claimRef.kind claimRef.uid claimRef.resourceVersion claimRef.fieldPath'

export const persistentVolumeRows: readonly FieldRow[] = [
  ...objectMetadataRows.filter(({ path }) => path !== 'metadata.namespace'),
  ...never('metadata', 'namespace', 'a PersistentVolume is in no namespace', 'remove the field', fineIf('')),
  ...supported('spec', 'accessModes capacity capacity.storage storageClassName mountOptions'),
  ...supported('spec', 'claimRef claimRef.namespace claimRef.name'),
  ...ignored('spec', claimRef, 'the claim is known by its namespace and name'),
  ...supported('spec', 'nodeAffinity nodeAffinity.required nodeAffinity.required.nodeSelectorTerms[]'),
  ...supported('spec', 'hostPath hostPath.path hostPath.type local local.path nfs nfs.server nfs.path nfs.readOnly'),
  ...ignored('spec', 'local.fsType', 'it is for block devices'),
  ...ignored(
    'spec',
    'persistentVolumeReclaimPolicy',
    'podkeep never deletes what is in a volume, and keeps it for the claim that has it',
  ),
  ...ignored('spec', 'volumeAttributesClassName', 'there are no drivers that could change a volume'),
  ...never('spec', 'volumeMode', 'what it names is a folder', 'write Filesystem', fineIf('', 'Filesystem')),
  ...never(
    'spec',
    'awsElasticBlockStore azureDisk azureFile cephfs cinder csi fc flexVolume flocker gcePersistentDisk glusterfs iscsi photonPersistentDisk portworxVolume quobyte rbd scaleIO storageos vsphereVolume',
    'it is storage that a cluster’s drivers attach',
    'mount it on the machine, and write local or hostPath with the path where it is mounted',
  ),
]
