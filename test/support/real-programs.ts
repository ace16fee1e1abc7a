/** The images of the programs that people run, as their usual images are: same user, same signal, same folders. */

import { debianImage, type DebianImage } from './debian-image.js'

const Env = ['PATH=/usr/sbin:/usr/bin']

/** As whom nginx' workers read and write: Debian's www-data. */
export const webUid = 33

/** PostgreSQL's uid in its image; root may not run it. */
export const postgresUid = 999

/** Debian's own wrappers, which find the version's folder, are written in Perl. */
const ofPostgres = (name: string) => `#!/bin/sh\nexec /usr/lib/postgresql/*/bin/${name} "$@"\n`

/** Makes its data folder first, if it is not there. */
const postgresEntrypoint = `#!/bin/sh
set -e
[ -s "$PGDATA/PG_VERSION" ] || initdb --auth=trust --no-sync --no-locale --encoding=UTF8 >/dev/null
exec postgres -c listen_addresses='*' "$@"
`

const recipes = {
  nginx: {
    packages: ['nginx-light', 'busybox-static'],
    folders: { 'var/lib/nginx': 0, 'var/log/nginx': 0, 'var/www/html': 0 },
    files: {
      'etc/nginx/nginx.conf': `user www-data;
worker_processes 1;
error_log /dev/stderr;
events {}
http {
  access_log off;
  include /etc/nginx/mime.types;
  include /etc/nginx/conf.d/*.conf;
  server { listen 80; root /var/www/html; dav_methods PUT; }
}
`,
    },
    config: { Env, Cmd: ['nginx', '-g', 'daemon off;'], StopSignal: 'SIGQUIT' },
  },
  redis: {
    packages: ['redis-server', 'busybox-static'],
    users: { redis: 999 },
    folders: { data: 999 },
    config: { Env, WorkingDir: '/data', User: 'redis', Cmd: ['redis-server', '--protected-mode', 'no'] },
  },
  postgres: {
    packages: ['postgresql', 'busybox-static'],
    users: { postgres: postgresUid },
    folders: { 'var/lib/postgresql/data': postgresUid, 'var/run/postgresql': postgresUid },
    files: {
      'usr/bin/entrypoint': postgresEntrypoint,
      ...Object.fromEntries(
        ['initdb', 'postgres', 'psql', 'pg_isready', 'pg_ctl'].map((name) => [`usr/bin/${name}`, ofPostgres(name)]),
      ),
    },
    // No StopSignal: SIGTERM lets sessions finish, which is the slow shutdown that a grace period is for.
    config: { Env: [...Env, 'PGDATA=/var/lib/postgresql/data'], User: 'postgres', Entrypoint: ['entrypoint'] },
  },
  /** No shell: nothing but the program and its libraries. It answers grpc.health.v1 with grpc-go's own server. */
  etcd: {
    packages: ['etcd-server'],
    config: { Env, Entrypoint: ['etcd'] },
  },
} satisfies Record<string, DebianImage>

export type RealProgram = keyof typeof recipes

export const imageOf = (program: RealProgram): string => `podkeep.test/${program}:1`

/** @returns why the image cannot be had, for tap's `skip`; false when the engine has it */
export async function importProgram(socketPath: string, program: RealProgram): Promise<string | false> {
  return await debianImage(socketPath, imageOf(program), recipes[program])
}
