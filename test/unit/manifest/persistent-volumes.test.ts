/** PersistentVolumes: what they say, what is refused, and what is only told. */

import { t } from 'tap'

import { decodeFile, resolveDuplicates, usualPolicy, type DecodedFile } from '../../../lib/manifest/index.js'
import { nodeIdentity, problemText, type PersistentVolume } from '../../../lib/pod/index.js'

const policy = { ...usualPolicy, node: nodeIdentity('box', 'amd64', {}) }
const decode = (text: string, file = 'pv.yaml'): DecodedFile => decodeFile(file, new TextEncoder().encode(text), policy)
const problems = (text: string): string[] => decode(text).problems.map(problemText)
const warnings = (text: string): string[] => decode(text).warnings.map(problemText)
const withSpec = (spec: string, metadata = 'name: disk'): string =>
  `apiVersion: v1\nkind: PersistentVolume\nmetadata: {${metadata}}\nspec: {${spec}}\n`
const common = 'capacity: {storage: 5Gi}, accessModes: [ReadWriteOnce]'
const hostPath = `${common}, hostPath: {path: /srv/data}`
const onNode = (name: string): string =>
  `nodeAffinity: {required: {nodeSelectorTerms: [{matchExpressions: [{key: kubernetes.io/hostname, operator: In, values: [${name}]}]}]}}`

t.test('a PersistentVolume is a source, and whom it is for', (test) => {
  const read = (text: string): PersistentVolume | undefined => {
    test.same(problems(text), [])
    return decode(text).volumes[0]?.volume
  }
  const plain: PersistentVolume = {
    key: '/disk' as never,
    namespace: '',
    name: 'disk',
    file: 'pv.yaml',
    capacityBytes: 5 * 2 ** 30,
    accessModes: ['ReadWriteOnce'],
    storageClassName: '',
    labels: {},
    claimRef: null,
    source: { kind: 'hostPath', path: '/srv/data', type: '' },
    elsewhere: null,
  }
  test.same(read(withSpec(hostPath)), plain)
  const local = `${common}, local: {path: /mnt/ssd}, storageClassName: fast, ${onNode('box')}`
  test.same(read(withSpec(local, 'name: disk, labels: {a: b}')), {
    ...plain,
    storageClassName: 'fast',
    labels: { a: 'b' },
    source: { kind: 'local', path: '/mnt/ssd' },
  })
  const nfs = `${common}, nfs: {server: nas, path: /export, readOnly: true}, mountOptions: [hard, nfsvers=4.1]`
  test.same(read(withSpec(`${nfs}, claimRef: {namespace: shop, name: data, uid: x}`)), {
    ...plain,
    claimRef: { namespace: 'shop', name: 'data' },
    source: {
      kind: 'nfs',
      share: { server: 'nas', path: '/export', options: ['hard', 'nfsvers=4.1'] },
      readOnly: true,
    },
  })
  test.equal(
    read(withSpec(`${hostPath}, ${onNode('other')}`))?.elsewhere,
    'no term of its nodeAffinity fits the labels of this node',
  )
  test.end()
})

t.test('what is wrong with a PersistentVolume is told as the API server does, with what to write', (test) => {
  const cases: readonly (readonly [string, string])[] = [
    [
      'capacity: {storage: 5Gi}, hostPath: {path: /d}',
      'spec.accessModes: required, but missing (at least 1 access mode is required: write [ReadWriteOnce])',
    ],
    [
      'accessModes: [ReadWriteOnce], hostPath: {path: /d}',
      'spec.capacity.storage: required, but missing (write how much it should hold, as in 1Gi)',
    ],
    [
      'capacity: {storage: 5Gi, cpu: 1}, accessModes: [ReadWriteOnce], hostPath: {path: /d}',
      'spec.capacity.cpu: must be storage',
    ],
    [
      'capacity: {storage: 0}, accessModes: [ReadWriteOnce], hostPath: {path: /d}',
      'spec.capacity.storage: must be greater than zero',
    ],
    [common, 'spec: must specify a volume type (write hostPath, local or nfs)'],
    [`${hostPath}, local: {path: /d}`, 'spec.local: may not specify more than 1 volume type, and hostPath stands here'],
    [`${common}, hostPath: {path: d}`, 'spec.hostPath.path: must be an absolute path (start it with "/")'],
    [`${common}, hostPath: {path: /d/../e}`, 'spec.hostPath.path: must not contain ".."'],
    [`${common}, local: {}`, 'spec.local.path: required, but missing'],
    [`${common}, local: {path: /d/..}, ${onNode('box')}`, 'spec.local.path: must not contain ".."'],
    [
      `${common}, hostPath: {path: /d, type: Folder}`,
      'spec.hostPath.type: must be one of DirectoryOrCreate, Directory, FileOrCreate, File, Socket, CharDevice, BlockDevice',
    ],
    [
      `${common}, nfs: {server: "a,b", path: /e}`,
      'spec.nfs.server: must be a host name or an address, without commas and white space',
    ],
    [
      `${hostPath}, mountOptions: [ro]`,
      'spec.mountOptions: not supported: only an nfs volume is mounted (remove the field)',
    ],
    [
      `${common}, nfs: {server: nas, path: /e}, mountOptions: ["hard,intr"]`,
      'spec.mountOptions[0]: must be one mount option, without commas and white space (write each as an item of its own)',
    ],
    [
      `${common}, nfs: {server: nas, path: /e}, mountOptions: [addr=other]`,
      'spec.mountOptions[0]: not supported: the server is that of nfs.server (remove it)',
    ],
    [`${hostPath}, claimRef: {name: data}`, 'spec.claimRef.namespace: required, but missing'],
    [
      `${hostPath}, nodeAffinity: {}`,
      'spec.nodeAffinity.required: required, but missing (must specify required node constraints)',
    ],
    [
      `${hostPath}, nodeAffinity: {required: {nodeSelectorTerms: []}}`,
      'spec.nodeAffinity.required.nodeSelectorTerms: must have at least one node selector term',
    ],
    [
      `${common}, hostPath: {path: /}, persistentVolumeReclaimPolicy: Recycle`,
      "spec.persistentVolumeReclaimPolicy: may not be 'recycle' for a hostPath mount of '/'",
    ],
    [
      `${hostPath}, persistentVolumeReclaimPolicy: Keep`,
      'spec.persistentVolumeReclaimPolicy: must be one of Retain, Delete, Recycle',
    ],
    [`${hostPath}, volumeMode: Block`, 'spec.volumeMode: not supported: what it names is a folder (write Filesystem)'],
    [
      `${common}, csi: {driver: d, volumeHandle: h}`,
      'spec.csi: not supported: it is storage that a cluster’s drivers attach (mount it on the machine, and write local or hostPath with the path where it is mounted)',
    ],
    [
      `${hostPath}, storageClassName: Fast`,
      "spec.storageClassName: must consist of lower case letters, digits, '-' or '.', and start and end with a letter or digit (RFC 1123 subdomain) (for example \"fast\")",
    ],
  ]
  for (const [spec, expected] of cases)
    test.same(
      problems(withSpec(spec)).map((problem) => problem.replace(/^pv\.yaml:\d+:\d+: /, '')),
      [expected],
      spec,
    )
  test.same(problems(withSpec(hostPath.replace('/srv', 'srv'))), [
    'pv.yaml:4:81: spec.hostPath.path: must be an absolute path (start it with "/")',
  ])
  test.same(problems('apiVersion: v1\nkind: PersistentVolume\nmetadata: {name: disk}\n'), [
    'pv.yaml:1:1: spec: required, but missing',
  ])
  test.end()
})

t.test('what works otherwise than in a cluster is told, and taken', (test) => {
  test.same(warnings(withSpec(`${hostPath}, persistentVolumeReclaimPolicy: Delete`)), [
    'pv.yaml:4:124: spec.persistentVolumeReclaimPolicy: Delete does nothing here: podkeep deletes no data (write Retain)',
  ])
  test.same(warnings(withSpec(`${common}, local: {path: /mnt/ssd}`)), [
    'pv.yaml:4:64: spec.local: without nodeAffinity it is taken to be on this machine; an API server refuses it (write nodeAffinity)',
  ])
  test.same(warnings(withSpec(`${hostPath}, persistentVolumeReclaimPolicy: Retain`)), [])
  test.end()
})

t.test('the first of two PersistentVolumes of one name counts, and it is no pod’s', (test) => {
  const files = [decode(withSpec(hostPath), 'a.yaml'), decode(withSpec(hostPath), 'b.yaml')]
  const { volumes, problems: found } = resolveDuplicates(files, () => undefined)
  test.same(
    [...volumes.values()].map(({ file }) => file),
    ['a.yaml'],
  )
  test.same(found.map(problemText), [
    'b.yaml:3:18: metadata.name: PersistentVolume disk is defined in a.yaml:3 already, and that one is in force (rename or remove one of the two)',
  ])
  test.equal(decode(withSpec(common)).problems[0]?.pod, null)
  test.end()
})
