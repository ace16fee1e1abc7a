/**
 * Every refusal's exact words. A field that is refused for good, and a message of a rule, has to have its test: what is missing is
 * named here.
 */

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { t } from 'tap'
import ts from 'typescript'

import { checkout } from '../../support/checkout.js'
import { decodeFile } from '../../../lib/manifest/index.js'
import { problemText, type Problem } from '../../../lib/pod/index.js'
import { manifestWith, refusedFields } from '../../support/refused-manifests.js'

const problemsOf = (text: string): readonly Problem[] => decodeFile('f.yaml', new TextEncoder().encode(text)).problems
const problems = (text: string): string[] => problemsOf(text).map(problemText)

/** Field = value -> what is said of it. */
const expected = `
Pod metadata.generateName = "x" -> metadata.generateName: not supported: what is a file needs a name that stays (set metadata.name)
Pod metadata.deletionTimestamp = "x" -> metadata.deletionTimestamp: not supported: this is the record of something being deleted (remove the field)
Pod spec.hostUsers = "x" -> spec.hostUsers: not supported: a Docker Engine has users of their own for all of its containers or for none (remove the field; dockerd --userns-remap does it for all)
Pod spec.resources.claims = "x" -> spec.resources.claims: not supported: claims cannot be set for resources of a pod, only for those of a container (remove the field)
Pod spec.overhead = "x" -> spec.overhead: not supported: it is what a RuntimeClass adds to a pod, and there are no RuntimeClass objects here (remove the field, and add the amount to resources)
Pod spec.os.name = "x" -> spec.os.name: not supported: podkeep runs Linux containers (write linux, or remove spec.os)
Pod spec.readinessGates = "x" -> spec.readinessGates: not supported: whoever could set such a condition would need an API server, and the pod would never be ready (remove the field, and let a readinessProbe tell)
Pod spec.containers[].volumeDevices = "x" -> spec.containers[0].volumeDevices: not supported: there are no PersistentVolumes that could be block devices (name the device in the annotation podkeep.io/devices.CONTAINER)
Pod spec.ephemeralContainers = "x" -> spec.ephemeralContainers: not supported: they are added to running pods through an API server (write a container of its own, or use docker exec)
Pod spec.schedulingGates = "x" -> spec.schedulingGates: not supported: there is no scheduler that could wait for something (leave the file out of the directory until the pod may run)
Pod spec.schedulingGroup = "x" -> spec.schedulingGroup: not supported: there is no scheduler that could wait for something (leave the file out of the directory until the pod may run)
Pod spec.resourceClaims = "x" -> spec.resourceClaims: not supported: claims are allocated by a scheduler, and there is none (name the device in the annotation podkeep.io/devices.CONTAINER)
Pod spec.securityContext.supplementalGroupsPolicy = "Strict" -> spec.securityContext.supplementalGroupsPolicy: not supported: a Docker Engine always adds the groups that the image’s /etc/group gives the user (write Merge, and take the user out of the image’s groups)
Pod spec.securityContext.seLinuxChangePolicy = "Recursive" -> spec.securityContext.seLinuxChangePolicy: not supported: podkeep gives volumes no SELinux label (remove the field, and label the files on the machine with chcon -t container_file_t)
Pod spec.securityContext.windowsOptions = "x" -> spec.securityContext.windowsOptions: not supported: podkeep runs Linux containers (remove the field)
Pod spec.containers[].resources.requests.{} = "x" -> spec.containers[0].resources.requests["example.com/thing"]: not supported: there are no device plugins; hugepages-SIZE and nvidia.com/gpu are supported without one (name the device in the annotation podkeep.io/devices.CONTAINER)
Pod spec.containers[].resources.limits.{} = "x" -> spec.containers[0].resources.limits["example.com/thing"]: not supported: there are no device plugins; hugepages-SIZE and nvidia.com/gpu are supported without one (name the device in the annotation podkeep.io/devices.CONTAINER)
Pod spec.containers[].resources.claims = "x" -> spec.containers[0].resources.claims: not supported: claims are allocated by a scheduler, and there is none (name the device in the annotation podkeep.io/devices.CONTAINER)
Pod spec.containers[].lifecycle.postStart.tcpSocket = "x" -> spec.containers[0].lifecycle.postStart.tcpSocket: not supported: Kubernetes accepts it and every such hook fails (use httpGet, or exec with a program that connects)
Pod spec.containers[].lifecycle.preStop.tcpSocket = "x" -> spec.containers[0].lifecycle.preStop.tcpSocket: not supported: Kubernetes accepts it and every such hook fails (use httpGet, or exec with a program that connects)
Pod spec.containers[].securityContext.windowsOptions = "x" -> spec.containers[0].securityContext.windowsOptions: not supported: podkeep runs Linux containers (remove the field)
Pod spec.volumes[].projected.sources[].serviceAccountToken = "x" -> spec.volumes[0].projected.sources[0].serviceAccountToken: not supported: there is no API server that could issue it (remove the whole volume and its mounts where an API server added it (kube-api-access-...), or put what the program needs into a Secret)
Pod spec.volumes[].projected.sources[].clusterTrustBundle = "x" -> spec.volumes[0].projected.sources[0].clusterTrustBundle: not supported: there is no API server that could issue it (remove the whole volume and its mounts where an API server added it (kube-api-access-...), or put what the program needs into a Secret)
Pod spec.volumes[].projected.sources[].podCertificate = "x" -> spec.volumes[0].projected.sources[0].podCertificate: not supported: there is no API server that could issue it (remove the whole volume and its mounts where an API server added it (kube-api-access-...), or put what the program needs into a Secret)
Pod spec.volumes[].gitRepo = "x" -> spec.volumes[0].gitRepo: not supported: Kubernetes has given it up (clone in an init container into an emptyDir)
Pod spec.volumes[].awsElasticBlockStore = "x" -> spec.volumes[0].awsElasticBlockStore: not supported: it is storage that a cluster’s drivers attach (mount it on the machine and use hostPath)
Pod spec.volumes[].azureDisk = "x" -> spec.volumes[0].azureDisk: not supported: it is storage that a cluster’s drivers attach (mount it on the machine and use hostPath)
Pod spec.volumes[].azureFile = "x" -> spec.volumes[0].azureFile: not supported: it is storage that a cluster’s drivers attach (mount it on the machine and use hostPath)
Pod spec.volumes[].cephfs = "x" -> spec.volumes[0].cephfs: not supported: it is storage that a cluster’s drivers attach (mount it on the machine and use hostPath)
Pod spec.volumes[].cinder = "x" -> spec.volumes[0].cinder: not supported: it is storage that a cluster’s drivers attach (mount it on the machine and use hostPath)
Pod spec.volumes[].csi = "x" -> spec.volumes[0].csi: not supported: it is storage that a cluster’s drivers attach (mount it on the machine and use hostPath)
Pod spec.volumes[].ephemeral = "x" -> spec.volumes[0].ephemeral: not supported: there are no claims of a single pod here (use an emptyDir volume)
Pod spec.volumes[].fc = "x" -> spec.volumes[0].fc: not supported: it is storage that a cluster’s drivers attach (mount it on the machine and use hostPath)
Pod spec.volumes[].flexVolume = "x" -> spec.volumes[0].flexVolume: not supported: it is storage that a cluster’s drivers attach (mount it on the machine and use hostPath)
Pod spec.volumes[].flocker = "x" -> spec.volumes[0].flocker: not supported: it is storage that a cluster’s drivers attach (mount it on the machine and use hostPath)
Pod spec.volumes[].gcePersistentDisk = "x" -> spec.volumes[0].gcePersistentDisk: not supported: it is storage that a cluster’s drivers attach (mount it on the machine and use hostPath)
Pod spec.volumes[].glusterfs = "x" -> spec.volumes[0].glusterfs: not supported: it is storage that a cluster’s drivers attach (mount it on the machine and use hostPath)
Pod spec.volumes[].iscsi = "x" -> spec.volumes[0].iscsi: not supported: it is storage that a cluster’s drivers attach (mount it on the machine and use hostPath)
Pod spec.volumes[].photonPersistentDisk = "x" -> spec.volumes[0].photonPersistentDisk: not supported: it is storage that a cluster’s drivers attach (mount it on the machine and use hostPath)
Pod spec.volumes[].portworxVolume = "x" -> spec.volumes[0].portworxVolume: not supported: it is storage that a cluster’s drivers attach (mount it on the machine and use hostPath)
Pod spec.volumes[].quobyte = "x" -> spec.volumes[0].quobyte: not supported: it is storage that a cluster’s drivers attach (mount it on the machine and use hostPath)
Pod spec.volumes[].rbd = "x" -> spec.volumes[0].rbd: not supported: it is storage that a cluster’s drivers attach (mount it on the machine and use hostPath)
Pod spec.volumes[].scaleIO = "x" -> spec.volumes[0].scaleIO: not supported: it is storage that a cluster’s drivers attach (mount it on the machine and use hostPath)
Pod spec.volumes[].storageos = "x" -> spec.volumes[0].storageos: not supported: it is storage that a cluster’s drivers attach (mount it on the machine and use hostPath)
Pod spec.volumes[].vsphereVolume = "x" -> spec.volumes[0].vsphereVolume: not supported: it is storage that a cluster’s drivers attach (mount it on the machine and use hostPath)
Deployment metadata.generateName = "x" -> metadata.generateName: not supported: what is a file needs a name that stays (set metadata.name)
Deployment metadata.deletionTimestamp = "x" -> metadata.deletionTimestamp: not supported: this is the record of something being deleted (remove the field)
Deployment spec.paused = "x" -> spec.paused: not supported: an edit takes effect at once: that is what the file says (remove the field, and edit when it may take effect)
StatefulSet metadata.generateName = "x" -> metadata.generateName: not supported: what is a file needs a name that stays (set metadata.name)
StatefulSet metadata.deletionTimestamp = "x" -> metadata.deletionTimestamp: not supported: this is the record of something being deleted (remove the field)
StatefulSet spec.volumeClaimTemplates[].spec.volumeMode = "x" -> spec.volumeClaimTemplates[0].spec.volumeMode: not supported: a volume of the engine is a folder (write Filesystem)
StatefulSet spec.volumeClaimTemplates[].spec.dataSource = "x" -> spec.volumeClaimTemplates[0].spec.dataSource: not supported: what a claim stores is empty at first (remove the field, and fill the volume in an init container)
StatefulSet spec.volumeClaimTemplates[].spec.dataSourceRef = "x" -> spec.volumeClaimTemplates[0].spec.dataSourceRef: not supported: what a claim stores is empty at first (remove the field, and fill the volume in an init container)
StatefulSet spec.persistentVolumeClaimRetentionPolicy = "x" -> spec.persistentVolumeClaimRetentionPolicy: not supported: what a pod has stored is never removed with it (remove the field)
DaemonSet metadata.generateName = "x" -> metadata.generateName: not supported: what is a file needs a name that stays (set metadata.name)
DaemonSet metadata.deletionTimestamp = "x" -> metadata.deletionTimestamp: not supported: this is the record of something being deleted (remove the field)
DaemonSet spec.updateStrategy.type = "x" -> spec.updateStrategy.type: not supported: an edit takes effect at once: that is what the file says (write RollingUpdate)
Job metadata.generateName = "x" -> metadata.generateName: not supported: what is a file needs a name that stays (set metadata.name)
Job metadata.deletionTimestamp = "x" -> metadata.deletionTimestamp: not supported: this is the record of something being deleted (remove the field)
Job spec.backoffLimitPerIndex = "x" -> spec.backoffLimitPerIndex: not supported: each index is a pod of its own with the whole backoffLimit (remove the field)
Job spec.maxFailedIndexes = "x" -> spec.maxFailedIndexes: not supported: each index is a pod of its own with the whole backoffLimit (remove the field)
Job spec.successPolicy = "x" -> spec.successPolicy: not supported: each index is a pod of its own with the whole backoffLimit (remove the field)
Job spec.podFailurePolicy = "x" -> spec.podFailurePolicy: not supported: how often a pod is retried is what backoffLimit says (write restartPolicyRules into the container)
Job spec.managedBy = "x" -> spec.managedBy: not supported: another controller than podkeep would need an API server (remove the field)
CronJob metadata.generateName = "x" -> metadata.generateName: not supported: what is a file needs a name that stays (set metadata.name)
CronJob metadata.deletionTimestamp = "x" -> metadata.deletionTimestamp: not supported: this is the record of something being deleted (remove the field)
CronJob spec.jobTemplate.spec.backoffLimitPerIndex = "x" -> spec.jobTemplate.spec.backoffLimitPerIndex: not supported: each index is a pod of its own with the whole backoffLimit (remove the field)
CronJob spec.jobTemplate.spec.maxFailedIndexes = "x" -> spec.jobTemplate.spec.maxFailedIndexes: not supported: each index is a pod of its own with the whole backoffLimit (remove the field)
CronJob spec.jobTemplate.spec.successPolicy = "x" -> spec.jobTemplate.spec.successPolicy: not supported: each index is a pod of its own with the whole backoffLimit (remove the field)
CronJob spec.jobTemplate.spec.podFailurePolicy = "x" -> spec.jobTemplate.spec.podFailurePolicy: not supported: how often a pod is retried is what backoffLimit says (write restartPolicyRules into the container)
CronJob spec.jobTemplate.spec.managedBy = "x" -> spec.jobTemplate.spec.managedBy: not supported: another controller than podkeep would need an API server (remove the field)
Service metadata.generateName = "x" -> metadata.generateName: not supported: what is a file needs a name that stays (set metadata.name)
Service metadata.deletionTimestamp = "x" -> metadata.deletionTimestamp: not supported: this is the record of something being deleted (remove the field)
Service spec.externalIPs = "x" -> spec.externalIPs: not supported: a Service is a name here, which leads to the addresses of its pods: nothing listens on an address of its own (publish ports with hostPort and hostIP of the pod)
Service spec.externalName = "x" -> spec.externalName: not supported: the engine’s DNS knows its own containers only (write the name itself into the pods that use it)
Service spec.sessionAffinity = "x" -> spec.sessionAffinity: not supported: a Service is a name here, which leads to the addresses of its pods (remove the field: a client keeps the address it has looked up)
PersistentVolumeClaim metadata.generateName = "x" -> metadata.generateName: not supported: what is a file needs a name that stays (set metadata.name)
PersistentVolumeClaim metadata.deletionTimestamp = "x" -> metadata.deletionTimestamp: not supported: this is the record of something being deleted (remove the field)
PersistentVolumeClaim spec.volumeMode = "x" -> spec.volumeMode: not supported: a volume of the engine is a folder (write Filesystem)
PersistentVolumeClaim spec.dataSource = "x" -> spec.dataSource: not supported: what a claim stores is empty at first (remove the field, and fill the volume in an init container)
PersistentVolumeClaim spec.dataSourceRef = "x" -> spec.dataSourceRef: not supported: what a claim stores is empty at first (remove the field, and fill the volume in an init container)
PersistentVolume metadata.generateName = "x" -> metadata.generateName: not supported: what is a file needs a name that stays (set metadata.name)
PersistentVolume metadata.deletionTimestamp = "x" -> metadata.deletionTimestamp: not supported: this is the record of something being deleted (remove the field)
PersistentVolume metadata.namespace = "x" -> metadata.namespace: not supported: a PersistentVolume is in no namespace (remove the field)
PersistentVolume spec.volumeMode = "x" -> spec.volumeMode: not supported: what it names is a folder (write Filesystem)
PersistentVolume spec.awsElasticBlockStore = "x" -> spec.awsElasticBlockStore: not supported: it is storage that a cluster’s drivers attach (mount it on the machine, and write local or hostPath with the path where it is mounted)
PersistentVolume spec.azureDisk = "x" -> spec.azureDisk: not supported: it is storage that a cluster’s drivers attach (mount it on the machine, and write local or hostPath with the path where it is mounted)
PersistentVolume spec.azureFile = "x" -> spec.azureFile: not supported: it is storage that a cluster’s drivers attach (mount it on the machine, and write local or hostPath with the path where it is mounted)
PersistentVolume spec.cephfs = "x" -> spec.cephfs: not supported: it is storage that a cluster’s drivers attach (mount it on the machine, and write local or hostPath with the path where it is mounted)
PersistentVolume spec.cinder = "x" -> spec.cinder: not supported: it is storage that a cluster’s drivers attach (mount it on the machine, and write local or hostPath with the path where it is mounted)
PersistentVolume spec.csi = "x" -> spec.csi: not supported: it is storage that a cluster’s drivers attach (mount it on the machine, and write local or hostPath with the path where it is mounted)
PersistentVolume spec.fc = "x" -> spec.fc: not supported: it is storage that a cluster’s drivers attach (mount it on the machine, and write local or hostPath with the path where it is mounted)
PersistentVolume spec.flexVolume = "x" -> spec.flexVolume: not supported: it is storage that a cluster’s drivers attach (mount it on the machine, and write local or hostPath with the path where it is mounted)
PersistentVolume spec.flocker = "x" -> spec.flocker: not supported: it is storage that a cluster’s drivers attach (mount it on the machine, and write local or hostPath with the path where it is mounted)
PersistentVolume spec.gcePersistentDisk = "x" -> spec.gcePersistentDisk: not supported: it is storage that a cluster’s drivers attach (mount it on the machine, and write local or hostPath with the path where it is mounted)
PersistentVolume spec.glusterfs = "x" -> spec.glusterfs: not supported: it is storage that a cluster’s drivers attach (mount it on the machine, and write local or hostPath with the path where it is mounted)
PersistentVolume spec.iscsi = "x" -> spec.iscsi: not supported: it is storage that a cluster’s drivers attach (mount it on the machine, and write local or hostPath with the path where it is mounted)
PersistentVolume spec.photonPersistentDisk = "x" -> spec.photonPersistentDisk: not supported: it is storage that a cluster’s drivers attach (mount it on the machine, and write local or hostPath with the path where it is mounted)
PersistentVolume spec.portworxVolume = "x" -> spec.portworxVolume: not supported: it is storage that a cluster’s drivers attach (mount it on the machine, and write local or hostPath with the path where it is mounted)
PersistentVolume spec.quobyte = "x" -> spec.quobyte: not supported: it is storage that a cluster’s drivers attach (mount it on the machine, and write local or hostPath with the path where it is mounted)
PersistentVolume spec.rbd = "x" -> spec.rbd: not supported: it is storage that a cluster’s drivers attach (mount it on the machine, and write local or hostPath with the path where it is mounted)
PersistentVolume spec.scaleIO = "x" -> spec.scaleIO: not supported: it is storage that a cluster’s drivers attach (mount it on the machine, and write local or hostPath with the path where it is mounted)
PersistentVolume spec.storageos = "x" -> spec.storageos: not supported: it is storage that a cluster’s drivers attach (mount it on the machine, and write local or hostPath with the path where it is mounted)
PersistentVolume spec.vsphereVolume = "x" -> spec.vsphereVolume: not supported: it is storage that a cluster’s drivers attach (mount it on the machine, and write local or hostPath with the path where it is mounted)
`

t.test('what is refused for good says why and what to write instead, at its line and column', (test) => {
  const rows = expected
    .trim()
    .split('\n')
    .map((row) => /^(.*?) = (.*?) -> (.*)$/.exec(row)?.slice(1) ?? [])
  for (const [field = '', value = '', message] of rows) {
    const text = manifestWith(field, JSON.parse(value))
    const [problem, ...others] = problemsOf(text)
    test.same(others, [], field)
    test.equal(problem === undefined ? null : problemText(problem).replace(/^f\.yaml:\d+:\d+: /, ''), message)
    const name = field.replace(/^.*\.|\[\]/g, '').replace('{}', 'example.com/thing')
    const told = text.split('\n')[(problem?.line ?? 0) - 1]?.slice((problem?.column ?? 0) - 1)
    test.match(told, new RegExp(`^("${name}"|${JSON.stringify(JSON.parse(value)).replace(/[^\w"]/g, '.')})`), field)
  }
  test.same(
    refusedFields.filter((field) => !rows.some(([tested]) => tested === field)),
    [],
    'refused, and without a row above',
  )
  test.end()
})

const cases: readonly (readonly [manifest: string, ...problems: string[]])[] = [
  [
    `apiVersion: v1
kind: Pod
metadata: {name: a}
spec:
  containers: [{name: c, image: i, resources: {limits: {hugepages-2Mi: 4Mi, hugepages-1Gi: 1Gi, memory: 1Gi}}}]
  volumes: [{name: v, emptyDir: {medium: HugePages}}]`,
    'f.yaml:6:42: spec.volumes[0].emptyDir.medium: cannot be used where containers ask for several sizes of huge pages (write HugePages-2Mi)',
  ],
  [
    `apiVersion: batch/v1
kind: CronJob
metadata: {name: a}
spec:
  schedule: "@daily"
  timeZone: Mars/Phobos
  jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: [{name: c, image: i}]}}}}`,
    'f.yaml:6:13: spec.timeZone: is no time zone that is known here (write one like Europe/Berlin, or Etc/UTC)',
  ],
  [
    `apiVersion: v1
kind: Service
metadata: {name: a}
spec:
  selector: {app: a}
  ports:
  - {name: web, port: 80}
  - {name: web, port: 80}`,
    'f.yaml:8:12: spec.ports[1].name: "web" names another port of this Service too (give each port its own name)',
    'f.yaml:8:23: spec.ports[1].port: TCP port 80 stands here twice (remove one of the two)',
  ],
  ['apiVersion: v1\nkind: List\nspec: {}\nitems: []', 'f.yaml:3:1: spec: unknown field (a list has items only)'],
  [
    'apiVersion: v1\nkind: List\nitems:\n- pod',
    'f.yaml:4:3: items[0]: must be an object with apiVersion, kind, metadata and spec (write the object itself)',
  ],
  [
    `apiVersion: apps/v1
kind: Deployment
metadata: {name: a}
spec:
  selector: {matchLabels: {app: a}}
  strategy: {type: Recreate, rollingUpdate: {maxSurge: 1}}
  template:
    metadata: {labels: {app: a}}
    spec:
      activeDeadlineSeconds: 5
      containers: [{name: c, image: i}]`,
    "f.yaml:6:30: spec.strategy.rollingUpdate: must not be set when strategy `type` is 'Recreate' (remove rollingUpdate, or write type: RollingUpdate)",
    'f.yaml:10:7: spec.template.spec.activeDeadlineSeconds: must not be set in a Deployment (write a Job for what ends)',
  ],
]

t.test('what two fields say together is refused in these words', (test) => {
  for (const [manifest, ...said] of cases) test.same(problems(manifest), said)
  test.end()
})

/** The parts of a message that do not depend on what was written. */
function wordsOf(node: ts.Node): string[] {
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) return [node.text]
  if (ts.isTemplateExpression(node)) return [node.head.text, ...node.templateSpans.map(({ literal }) => literal.text)]
  const parts: string[] = []
  ts.forEachChild(node, (child) => void parts.push(...wordsOf(child)))
  return parts
}

/** Of every `report(findings, pointer, message, suggestion)` in a file. */
function messagesIn(node: ts.Node): string[] {
  const parts: string[] = []
  if (ts.isCallExpression(node) && ts.isIdentifier(node.expression) && node.expression.text === 'report')
    parts.push(...node.arguments.slice(2, 4).flatMap(wordsOf))
  ts.forEachChild(node, (child) => void parts.push(...messagesIn(child)))
  return parts
}

t.test('every message of a rule stands in a test', (test) => {
  const root = checkout
  const read = (folder: string): [string, string][] =>
    readdirSync(join(root, folder))
      .filter((name) => name.endsWith('.ts') || name.endsWith('.json'))
      .map((name) => [name, readFileSync(join(root, folder, name), 'utf8')])
  const unescaped = (text: string): string => text.replace(/\\(['"`])/g, '$1')
  const tests = [...read('test/unit/manifest'), ...read('test/fixtures')].map(([, text]) => unescaped(text)).join('\n')
  // No manifest is known that leads to "is not what the schema of Kubernetes allows here".
  for (const [name, text] of read('lib/manifest')) {
    const messages = messagesIn(ts.createSourceFile(name, text, ts.ScriptTarget.Latest))
    const untested = messages.map((one) => one.trim()).filter((one) => one.length >= 12 && !tests.includes(one))
    test.same(untested, [], name)
  }
  test.end()
})
