/** Rows of the table of fields: volumes. */

import { never, supported, type FieldRow } from './field-rows.js'

const volume = 'spec.volumes[]'
const projected = `${volume}.projected.sources[]`

function podFiles(item: string): FieldRow[] {
  const fields = 'fieldRef fieldRef.apiVersion fieldRef.fieldPath'
  const resources = 'resourceFieldRef.containerName resourceFieldRef.resource resourceFieldRef.divisor'
  return supported(item, `path mode ${fields} resourceFieldRef ${resources}`)
}

export const volumeRows: readonly FieldRow[] = [
  ...supported(volume, 'name hostPath emptyDir hostPath.path hostPath.type emptyDir.medium emptyDir.sizeLimit'),
  ...supported(volume, 'persistentVolumeClaim persistentVolumeClaim.claimName persistentVolumeClaim.readOnly'),
  ...supported(
    volume,
    'configMap configMap.name configMap.optional configMap.defaultMode configMap.items configMap.items[]',
  ),
  ...supported(`${volume}.configMap.items[]`, 'key path mode'),
  ...supported(volume, 'secret secret.secretName secret.optional secret.defaultMode secret.items secret.items[]'),
  ...supported(`${volume}.secret.items[]`, 'key path mode'),
  ...supported(volume, 'downwardAPI downwardAPI.defaultMode downwardAPI.items downwardAPI.items[]'),
  ...podFiles(`${volume}.downwardAPI.items[]`),
  ...supported(volume, 'projected projected.defaultMode projected.sources projected.sources[]'),
  ...['configMap', 'secret'].flatMap((source) => [
    ...supported(projected, `${source} ${source}.name ${source}.optional ${source}.items ${source}.items[]`),
    ...supported(`${projected}.${source}.items[]`, 'key path mode'),
  ]),
  ...supported(projected, 'downwardAPI downwardAPI.items downwardAPI.items[]'),
  ...podFiles(`${projected}.downwardAPI.items[]`),
  ...never(
    projected,
    'serviceAccountToken clusterTrustBundle podCertificate',
    'there is no API server that could issue it',
    'remove the whole volume and its mounts where an API server added it (kube-api-access-...), or put what the program needs into a Secret',
  ),
  ...never(volume, 'ephemeral', 'there are no claims of a single pod here', 'use an emptyDir volume'),
  ...supported(volume, 'image image.reference image.pullPolicy'),
  ...supported(volume, 'nfs nfs.server nfs.path nfs.readOnly'),
  ...never(volume, 'gitRepo', 'Kubernetes has given it up', 'clone in an init container into an emptyDir'),
  ...never(
    volume,
    'awsElasticBlockStore azureDisk azureFile cephfs cinder csi fc flexVolume flocker gcePersistentDisk glusterfs iscsi photonPersistentDisk portworxVolume quobyte rbd scaleIO storageos vsphereVolume',
    'it is storage that a cluster’s drivers attach',
    'mount it on the machine and use hostPath',
  ),
]
