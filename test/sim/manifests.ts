/** Manifest texts for the simulation, short where a test does not care. */

import { image } from './world.js'

export interface PodText {
  readonly name: string
  readonly uid?: string
  readonly restartPolicy?: 'Always' | 'OnFailure' | 'Never'
  readonly graceSeconds?: number
  readonly hostNetwork?: boolean
  readonly labels?: Record<string, string>
  readonly volumes?: readonly unknown[]
  readonly init?: readonly ContainerText[]
  readonly containers?: readonly ContainerText[]
  readonly annotations?: Record<string, string>
  /** More fields of the spec. */
  readonly spec?: object
}

export interface ContainerText {
  readonly name: string
  readonly script?: string
  readonly image?: string
  readonly imagePullPolicy?: string
  readonly env?: Record<string, string>
  readonly hostPort?: number
  readonly memory?: string
  readonly mounts?: readonly unknown[]
  /** More fields, as the manifest has them. */
  readonly fields?: object
}

/** JSON, which is YAML too. */
export function podText(pod: PodText): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: pod.name,
      ...(pod.uid && { uid: pod.uid }),
      ...(pod.labels && { labels: pod.labels }),
      ...(pod.annotations && { annotations: pod.annotations }),
    },
    spec: {
      restartPolicy: pod.restartPolicy ?? 'Always',
      terminationGracePeriodSeconds: pod.graceSeconds ?? 30,
      ...(pod.hostNetwork && { hostNetwork: true }),
      ...(pod.volumes && { volumes: pod.volumes }),
      ...(pod.init && { initContainers: pod.init.map(containerObject) }),
      ...pod.spec,
      containers: (pod.containers ?? [{ name: 'app' }]).map(containerObject),
    },
  })
}

function containerObject(container: ContainerText): unknown {
  return {
    name: container.name,
    image: container.image ?? image,
    ...(container.imagePullPolicy && { imagePullPolicy: container.imagePullPolicy }),
    command: container.script === undefined ? ['sleep', '100000'] : ['sh', '-c', container.script],
    ...(container.env && { env: Object.entries(container.env).map(([name, value]) => ({ name, value })) }),
    ...(container.hostPort && { ports: [{ containerPort: 80, hostPort: container.hostPort }] }),
    ...(container.memory && { resources: { limits: { memory: container.memory } } }),
    ...(container.mounts && { volumeMounts: container.mounts }),
    ...container.fields,
  }
}
