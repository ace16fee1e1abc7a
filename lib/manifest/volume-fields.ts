/** Rows of the table of fields: volumes. */

import { later, never, supported, type FieldRow } from './field-rows.js'

const volume = 'spec.volumes[]'

export const volumeRows: readonly FieldRow[] = [
  ...supported(volume, 'name hostPath emptyDir hostPath.path hostPath.type emptyDir.medium emptyDir.sizeLimit'),
  ...supported(volume, 'persistentVolumeClaim persistentVolumeClaim.claimName persistentVolumeClaim.readOnly'),
  ...later(volume, 'configMap secret downwardAPI projected image nfs'),
  ...never(volume, 'gitRepo', 'Kubernetes has given it up', 'clone in an init container into an emptyDir'),
  ...never(
    volume,
    'awsElasticBlockStore azureDisk azureFile cephfs cinder csi ephemeral fc flexVolume flocker gcePersistentDisk glusterfs iscsi photonPersistentDisk portworxVolume quobyte rbd scaleIO storageos vsphereVolume',
    'it is storage that a cluster’s drivers attach',
    'mount it on the machine and use hostPath',
  ),
]
