/** Rows of the table of fields: containers and init containers. */

import { fineIfEmpty, ignored, never, profileNames, supported, type Fine, type FieldRow } from './field-rows.js'
import { gpuResource } from './resource-rules.js'

const container = 'spec.containers[]'
const scheduler = 'only a scheduler reads it: a pod here runs on the machine whose directory has its manifest'

const askable: Fine = (_amount, _spec, name) => name.startsWith('hugepages-') || name === gpuResource

/** What every container has had from the first version on. */
const basicRows: readonly FieldRow[] = [
  ...supported(container, 'name image imagePullPolicy command args workingDir env ports volumeMounts resources'),
  ...supported(container, 'command[] args[] env[] ports[] volumeMounts[]'),
  ...supported(`${container}.env[]`, 'name value'),
  ...supported(`${container}.ports[]`, 'name containerPort hostPort hostIP protocol'),
  ...supported(`${container}.volumeMounts[]`, 'name mountPath readOnly subPath subPathExpr'),
  ...supported(`${container}.volumeMounts[]`, 'mountPropagation recursiveReadOnly'),
  ...never(
    container,
    'volumeDevices',
    'there are no PersistentVolumes that could be block devices',
    'name the device in the annotation podkeep.io/devices.CONTAINER',
  ),
  ...supported(`${container}.resources`, 'requests requests.cpu requests.memory limits limits.cpu limits.memory'),
  ...supported(`${container}.resources`, 'limits.ephemeral-storage'),
  ...ignored(`${container}.resources`, 'requests.ephemeral-storage', scheduler),
  ...never(
    `${container}.resources`,
    'requests.{} limits.{}',
    'there are no device plugins; hugepages-SIZE and nvidia.com/gpu are supported without one',
    'name the device in the annotation podkeep.io/devices.CONTAINER',
    askable,
  ),
  ...never(
    `${container}.resources`,
    'claims',
    'claims are allocated by a scheduler, and there is none',
    'name the device in the annotation podkeep.io/devices.CONTAINER',
  ),
  ...supported(container, 'resizePolicy resizePolicy[] resizePolicy[].resourceName resizePolicy[].restartPolicy'),
]

const httpGetNames =
  'httpGet httpGet.scheme httpGet.host httpGet.port httpGet.path httpGet.httpHeaders httpGet.httpHeaders[] httpGet.httpHeaders[].name httpGet.httpHeaders[].value'
const execNames = 'exec exec.command exec.command[]'

const probeRows: readonly FieldRow[] = ['startupProbe', 'readinessProbe', 'livenessProbe'].flatMap((probe) => [
  ...supported(container, probe),
  ...supported(`${container}.${probe}`, `${execNames} ${httpGetNames}`),
  ...supported(`${container}.${probe}`, 'tcpSocket tcpSocket.host tcpSocket.port grpc grpc.port grpc.service'),
  ...supported(`${container}.${probe}`, 'initialDelaySeconds timeoutSeconds periodSeconds'),
  ...supported(`${container}.${probe}`, 'successThreshold failureThreshold terminationGracePeriodSeconds'),
])

const hookRows: readonly FieldRow[] = [
  ...supported(container, 'lifecycle lifecycle.stopSignal'),
  ...['lifecycle.postStart', 'lifecycle.preStop'].flatMap((hook) => [
    ...supported(container, hook),
    ...supported(`${container}.${hook}`, `${execNames} ${httpGetNames} sleep sleep.seconds`),
    ...never(
      `${container}.${hook}`,
      'tcpSocket',
      'Kubernetes accepts it and every such hook fails',
      'use httpGet, or exec with a program that connects',
    ),
  ]),
]

/** `restartPolicy: Always` on an init container is what makes it a sidecar. */
const restartRows: readonly FieldRow[] = [
  ...supported(container, 'restartPolicy restartPolicyRules restartPolicyRules[]'),
  ...supported(`${container}.restartPolicyRules[]`, 'action exitCodes'),
  ...supported(`${container}.restartPolicyRules[].exitCodes`, 'operator values values[]'),
]

const envRows: readonly FieldRow[] = [
  ...supported(`${container}.env[]`, 'valueFrom'),
  ...supported(`${container}.env[].valueFrom`, 'fieldRef fieldRef.apiVersion fieldRef.fieldPath'),
  ...supported(`${container}.env[].valueFrom`, 'resourceFieldRef resourceFieldRef.containerName'),
  ...supported(`${container}.env[].valueFrom`, 'resourceFieldRef.resource resourceFieldRef.divisor'),
  ...supported(`${container}.env[].valueFrom`, 'fileKeyRef fileKeyRef.volumeName fileKeyRef.path'),
  ...supported(`${container}.env[].valueFrom`, 'fileKeyRef.key fileKeyRef.optional'),
  ...supported(`${container}.env[].valueFrom`, 'configMapKeyRef secretKeyRef'),
  ...supported(`${container}.env[].valueFrom`, 'configMapKeyRef.name configMapKeyRef.key configMapKeyRef.optional'),
  ...supported(`${container}.env[].valueFrom`, 'secretKeyRef.name secretKeyRef.key secretKeyRef.optional'),
  ...supported(container, 'envFrom envFrom[]'),
  ...supported(`${container}.envFrom[]`, 'prefix configMapRef configMapRef.name configMapRef.optional'),
  ...supported(`${container}.envFrom[]`, 'secretRef secretRef.name secretRef.optional'),
]

const messageRows: readonly FieldRow[] = [...supported(container, 'terminationMessagePath terminationMessagePolicy')]

const terminalRows: readonly FieldRow[] = [...supported(container, 'stdin stdinOnce tty')]

const securityRows: readonly FieldRow[] = [
  ...supported(container, 'securityContext'),
  ...supported(`${container}.securityContext`, 'runAsUser runAsGroup runAsNonRoot privileged readOnlyRootFilesystem'),
  ...supported(`${container}.securityContext`, 'allowPrivilegeEscalation procMount'),
  ...supported(`${container}.securityContext`, 'capabilities capabilities.add capabilities.drop'),
  ...supported(`${container}.securityContext`, 'capabilities.add[] capabilities.drop[]'),
  ...supported(`${container}.securityContext`, profileNames),
  ...never(
    `${container}.securityContext`,
    'windowsOptions',
    'podkeep runs Linux containers',
    'remove the field',
    fineIfEmpty,
  ),
]

export const containerRows: readonly FieldRow[] = [
  ...basicRows,
  ...probeRows,
  ...hookRows,
  ...restartRows,
  ...envRows,
  ...messageRows,
  ...terminalRows,
  ...securityRows,
]
