/**
 * Which kinds of documents there are: those podkeep carries out, those it may safely leave alone, and what to write instead of
 * the others.
 *
 * K1  A kind is ignored only when nothing in the directory means less without it. What would have protected or served
 *     something (NetworkPolicy, Ingress) is refused.
 */

export interface KindForm {
  readonly apiVersion: string
  /** Its name in the schema. */
  readonly definition: string
  /** The pointer of its pod template; null when it has none. */
  readonly template: string | null
}

const template = '/spec/template'

/** What podkeep carries out. */
export const kindForms = {
  Pod: { apiVersion: 'v1', definition: 'V1Pod', template: null },
  Deployment: { apiVersion: 'apps/v1', definition: 'V1Deployment', template },
  StatefulSet: { apiVersion: 'apps/v1', definition: 'V1StatefulSet', template },
  DaemonSet: { apiVersion: 'apps/v1', definition: 'V1DaemonSet', template },
  Job: { apiVersion: 'batch/v1', definition: 'V1Job', template },
  CronJob: { apiVersion: 'batch/v1', definition: 'V1CronJob', template: '/spec/jobTemplate/spec/template' },
  Service: { apiVersion: 'v1', definition: 'V1Service', template: null },
  ConfigMap: { apiVersion: 'v1', definition: 'V1ConfigMap', template: null },
  Secret: { apiVersion: 'v1', definition: 'V1Secret', template: null },
  PersistentVolumeClaim: { apiVersion: 'v1', definition: 'V1PersistentVolumeClaim', template: null },
  PersistentVolume: { apiVersion: 'v1', definition: 'V1PersistentVolume', template: null },
} as const satisfies Record<string, KindForm>

export type Kind = keyof typeof kindForms

/** What makes pods from a template. */
export type WorkloadKind = 'Deployment' | 'StatefulSet' | 'DaemonSet' | 'Job'

export function isKind(kind: string): kind is Kind {
  return Object.hasOwn(kindForms, kind)
}

const noApiServer = 'there is no API server whose use it could allow'

/** API group, without a version, and kind: why it may be there and nothing is done about it. */
export const ignoredKinds: Readonly<Record<string, string>> = {
  'v1 Namespace': 'a namespace needs no object: metadata.namespace is enough',
  'v1 ServiceAccount': noApiServer,
  'rbac.authorization.k8s.io Role': noApiServer,
  'rbac.authorization.k8s.io RoleBinding': noApiServer,
  'rbac.authorization.k8s.io ClusterRole': noApiServer,
  'rbac.authorization.k8s.io ClusterRoleBinding': noApiServer,
  'storage.k8s.io StorageClass':
    'a class needs no object: claims of it have a PersistentVolume of its name, or else a volume of the engine',
  'storage.k8s.io CSIDriver': 'there are no drivers of a cluster here',
  'networking.k8s.io IngressClass': 'there are no Ingresses that it could be of',
  'admissionregistration.k8s.io ValidatingWebhookConfiguration': 'there is no API server that could ask it',
  'admissionregistration.k8s.io MutatingWebhookConfiguration': 'there is no API server that could ask it',
  'apiregistration.k8s.io APIService': 'there is no API server that it could be a part of',
  'coordination.k8s.io Lease': 'there is one podkeep of a node: nobody has to be chosen',
  'autoscaling.k8s.io VerticalPodAutoscaler': 'the workload says what its pods ask for',
  'policy PodDisruptionBudget': 'there is no API server that could be asked to evict a pod',
  'autoscaling HorizontalPodAutoscaler': 'there are as many replicas as the workload says',
  'apiextensions.k8s.io CustomResourceDefinition': 'there is no API server that could serve its objects',
  'monitoring.coreos.com ServiceMonitor': 'it tells an operator of Prometheus, which needs an API server, what to read',
  'monitoring.coreos.com PodMonitor': 'it tells an operator of Prometheus, which needs an API server, what to read',
  'monitoring.coreos.com PrometheusRule':
    'it tells an operator of Prometheus, which needs an API server, what to watch',
}

const hostPort = 'use hostPort to publish a port of a pod'
const rendered = 'render it, and put the manifests here that come of it'

/** What to write instead of a kind that is refused. */
export const insteadOfKind: Readonly<Record<string, string>> = {
  ReplicaSet: 'write a Deployment: apiVersion: apps/v1 with the same spec',
  ReplicationController: 'write a Deployment: apiVersion: apps/v1, and spec.selector as matchLabels',
  Ingress: hostPort,
  Gateway: hostPort,
  HTTPRoute: hostPort,
  Endpoints: 'a Service names the pods of this machine; write the address of another into the pods that use it',
  EndpointSlice: 'a Service names the pods of this machine; write the address of another into the pods that use it',
  NetworkPolicy:
    'podkeep would not enforce it: remove it, and keep what must not be reached off this machine or filter it on the host',
  PriorityClass: 'write its value into spec.priority of the pods',
  LimitRange: 'write resources into the containers',
  ResourceQuota: 'write resources.limits into the containers',
  KubeletConfiguration: 'it is no manifest but podkeep’s settings: podkeep run --config FILE',
  Kustomization: 'render it, and put the manifests here that come of it: kubectl kustomize DIR',
  HelmChart: 'render it, and put the manifests here that come of it: helm template',
  HelmRelease: 'render it, and put the manifests here that come of it: helm template',
  Application: rendered,
  SealedSecret: 'write the Secret itself',
  ExternalSecret: 'write the Secret itself',
  IngressRoute: hostPort,
  Certificate: 'write a Secret of type kubernetes.io/tls',
  RuntimeClass: 'leave it out: spec.runtimeClassName names a runtime of the engine itself',
}
