/** Manifests for real programs, as their users write them. */

import { imageOf } from '../support/real-programs.js'

/** @param www the folder with the pages */
export function nginxYaml(options: { readonly hostPort: number; readonly www: string }): string {
  return `apiVersion: v1
kind: Pod
metadata:
  name: nginx
spec:
  terminationGracePeriodSeconds: 60
  containers:
    - name: nginx
      image: ${imageOf('nginx')}
      ports:
        - containerPort: 80
          hostPort: ${options.hostPort}
          hostIP: 127.0.0.1
      volumeMounts:
        - name: www
          mountPath: /var/www/html
  volumes:
    - name: www
      hostPath:
        path: ${options.www}
        type: Directory
`
}

export function redisYaml(): string {
  return `apiVersion: v1
kind: Pod
metadata:
  name: redis
spec:
  terminationGracePeriodSeconds: 30
  containers:
    - name: redis
      image: ${imageOf('redis')}
      args: [redis-server, --protected-mode, "no", --appendonly, "yes", --appendfsync, always]
      ports:
        - containerPort: 6379
      volumeMounts:
        - name: data
          mountPath: /data
  volumes:
    - name: data
      emptyDir: {}
`
}

/** @param data a folder that belongs to PostgreSQL's uid */
export function postgresYaml(options: { readonly data: string; readonly graceSeconds: number }): string {
  return `apiVersion: v1
kind: Pod
metadata:
  name: postgres
spec:
  terminationGracePeriodSeconds: ${options.graceSeconds}
  containers:
    - name: postgres
      image: ${imageOf('postgres')}
      env:
        - name: PGDATA
          value: /var/lib/postgresql/data/pgdata
      ports:
        - containerPort: 5432
      volumeMounts:
        - name: data
          mountPath: /var/lib/postgresql/data
  volumes:
    - name: data
      hostPath:
        path: ${options.data}
        type: Directory
`
}

export function etcdYaml(options: { readonly snapshotCount: number }): string {
  return `apiVersion: v1
kind: Pod
metadata:
  name: etcd
spec:
  terminationGracePeriodSeconds: 10
  containers:
    - name: etcd
      image: ${imageOf('etcd')}
      args:
        - --data-dir=/data/etcd
        - --listen-client-urls=http://0.0.0.0:2379
        - --advertise-client-urls=http://127.0.0.1:2379
        - --snapshot-count=${options.snapshotCount}
      volumeMounts:
        - name: data
          mountPath: /data
  volumes:
    - name: data
      emptyDir: {}
`
}

/** Each probe asks for a page of its own, so that a test can take one away. */
export function probedNginxYaml(options: { readonly www: string }): string {
  return `apiVersion: v1
kind: Pod
metadata:
  name: nginx
spec:
  terminationGracePeriodSeconds: 10
  containers:
    - name: nginx
      image: ${imageOf('nginx')}
      ports:
        - name: http
          containerPort: 80
      startupProbe:
        httpGet:
          path: /started
          port: http
        periodSeconds: 1
        failureThreshold: 120
      readinessProbe:
        httpGet:
          path: /ready
          port: http
        periodSeconds: 1
        timeoutSeconds: 10
        failureThreshold: 1
      livenessProbe:
        httpGet:
          path: /alive
          port: 80
          httpHeaders:
            - name: X-Asked-By
              value: podkeep
        periodSeconds: 1
        timeoutSeconds: 10
        failureThreshold: 2
      volumeMounts:
        - name: www
          mountPath: /var/www/html
  volumes:
    - name: www
      hostPath:
        path: ${options.www}
        type: Directory
`
}

/**
 * The sidecar writes into `/shared/order` whether redis answers when it starts and when it is told to end; redis writes when it
 * starts, and when it has ended.
 * @param shared a folder that redis' user may write
 */
export function redisWithSidecarYaml(options: { readonly shared: string }): string {
  return `apiVersion: v1
kind: Pod
metadata:
  name: redis
spec:
  terminationGracePeriodSeconds: 30
  initContainers:
    - name: witness
      image: ${imageOf('redis')}
      restartPolicy: Always
      command: [sh, -c]
      args:
        - |
          see() { echo "witness $1, redis $(redis-cli ping 2>/dev/null || echo away)" >> /shared/order; }
          trap 'see ends; exit 0' TERM
          see begins
          touch /shared/witness-is-up
          while :; do sleep 0.1; done
      startupProbe:
        exec:
          command: [test, -e, /shared/witness-is-up]
        periodSeconds: 1
        timeoutSeconds: 10
        failureThreshold: 60
      volumeMounts:
        - name: shared
          mountPath: /shared
  containers:
    - name: redis
      image: ${imageOf('redis')}
      command: [sh, -c]
      args:
        - |
          echo "redis begins" >> /shared/order
          redis-server --protected-mode no &
          trap 'kill $!; wait $!; echo "redis ends" >> /shared/order; exit 0' TERM
          wait
      startupProbe:
        tcpSocket:
          port: 6379
        periodSeconds: 1
        failureThreshold: 60
      livenessProbe:
        tcpSocket:
          port: 6379
        periodSeconds: 1
        timeoutSeconds: 10
        failureThreshold: 2
      volumeMounts:
        - name: shared
          mountPath: /shared
  volumes:
    - name: shared
      hostPath:
        path: ${options.shared}
        type: Directory
`
}

/** @param service what readiness asks for; etcd knows "" only */
export function probedEtcdYaml(options: { readonly service: string }): string {
  return `apiVersion: v1
kind: Pod
metadata:
  name: etcd
spec:
  terminationGracePeriodSeconds: 60
  containers:
    - name: etcd
      image: ${imageOf('etcd')}
      args:
        - --data-dir=/data/etcd
        - --listen-client-urls=http://0.0.0.0:2379
        - --advertise-client-urls=http://127.0.0.1:2379
      startupProbe:
        grpc:
          port: 2379
        periodSeconds: 1
        failureThreshold: 120
      readinessProbe:
        grpc:
          port: 2379
          service: ${JSON.stringify(options.service)}
        periodSeconds: 1
        timeoutSeconds: 2
        failureThreshold: 1
      livenessProbe:
        grpc:
          port: 2379
        periodSeconds: 1
        timeoutSeconds: 2
        failureThreshold: 3
        terminationGracePeriodSeconds: 1
      volumeMounts:
        - name: data
          mountPath: /data
  volumes:
    - name: data
      emptyDir: {}
`
}

/** preStop asks for sessions one last time and writes down what it heard: SIGTERM must not have come yet. */
export function probedPostgresYaml(options: { readonly data: string }): string {
  return `apiVersion: v1
kind: Pod
metadata:
  name: postgres
spec:
  terminationGracePeriodSeconds: 60
  containers:
    - name: postgres
      image: ${imageOf('postgres')}
      env:
        - name: PGDATA
          value: /var/lib/postgresql/data/pgdata
      startupProbe:
        exec:
          command: [pg_isready, -q, -h, 127.0.0.1]
        periodSeconds: 1
        timeoutSeconds: 10
        failureThreshold: 120
      readinessProbe:
        exec:
          command: [pg_isready, -q, -h, 127.0.0.1]
        periodSeconds: 1
        timeoutSeconds: 10
        failureThreshold: 1
      livenessProbe:
        exec:
          command: [pg_isready, -q, -h, 127.0.0.1]
        periodSeconds: 1
        timeoutSeconds: 10
        failureThreshold: 2
      lifecycle:
        preStop:
          exec:
            command: [sh, -c, "psql -Ppager=off -qAtc checkpoint && pg_isready > /var/lib/postgresql/data/pre-stop"]
      volumeMounts:
        - name: data
          mountPath: /var/lib/postgresql/data
  volumes:
    - name: data
      hostPath:
        path: ${options.data}
        type: Directory
`
}
