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
