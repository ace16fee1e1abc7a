/** Manifests for a pod of one container, made as a user would write them. */

export const image = 'podkeep.test/busybox:1'

export interface Wanted {
  readonly name: string
  /** A shell script; the default runs for ever and ends at once on SIGTERM. */
  readonly script?: string
  readonly image?: string
  readonly restartPolicy?: string
  readonly graceSeconds?: number
  /** A folder of the host, at /shared in the container. */
  readonly shared?: string
}

export const forEver = 'trap "exit 0" TERM; while :; do sleep 0.1; done'

export function podYaml(wanted: Wanted): string {
  const { name, script = forEver, restartPolicy = 'Always', graceSeconds = 5, shared } = wanted
  const volume = `
      volumeMounts:
        - name: shared
          mountPath: /shared
  volumes:
    - name: shared
      hostPath:
        path: ${shared ?? ''}`
  return `apiVersion: v1
kind: Pod
metadata:
  name: ${name}
spec:
  restartPolicy: ${restartPolicy}
  terminationGracePeriodSeconds: ${graceSeconds}
  containers:
    - name: app
      image: ${wanted.image ?? image}
      command: [sh, -c, ${JSON.stringify(script)}]${shared === undefined ? '' : volume}
`
}
