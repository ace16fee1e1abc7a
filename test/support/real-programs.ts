/** The images of the programs that people run, as their usual images are: same user, same signal, same folders. */

import { debianImage, type DebianImage } from './debian-image.js'
import { tagImage } from './images.js'

const Env = ['PATH=/usr/sbin:/usr/bin']

/** As whom nginx' workers read and write: Debian's www-data. */
export const webUid = 33

/** PostgreSQL's uid in its image; root may not run it. */
export const postgresUid = 999

/** Debian's own wrappers, which find the version's folder, are written in Perl. */
const ofPostgres = (name: string) => `#!/bin/sh\nexec /usr/lib/postgresql/*/bin/${name} "$@"\n`

/**
 * Makes its data folder first, if it is not there, from the variables that the usual image knows and the files in its
 * `/docker-entrypoint-initdb.d`; while it does, nobody is answered over the network. Without a password everybody is let in.
 */
const postgresEntrypoint = `#!/bin/sh
set -e
user=\${POSTGRES_USER:-postgres} database=\${POSTGRES_DB:-\${POSTGRES_USER:-postgres}}
[ "$1" != postgres ] || shift
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  password=\${POSTGRES_PASSWORD_FILE:+--pwfile=$POSTGRES_PASSWORD_FILE --auth-local=trust --auth-host=scram-sha-256}
  initdb --username="$user" \${password:---auth=trust} --no-sync --no-locale --encoding=UTF8 >/dev/null
  [ -z "$password" ] || echo 'host all all all scram-sha-256' >> "$PGDATA/pg_hba.conf"
  pg_ctl --wait --silent --options="-c listen_addresses=''" start
  [ "$database" = postgres ] || psql -qU "$user" -d postgres -c "create database \\"$database\\""
  for file in /docker-entrypoint-initdb.d/*.sql; do
    [ ! -e "$file" ] || psql -qU "$user" -d "$database" -v ON_ERROR_STOP=1 -f "$file"
  done
  pg_ctl --wait --silent --mode=fast stop
fi
chmod 700 "$PGDATA"
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
  /** As it is for a pod that may not run as root. */
  'unprivileged-nginx': {
    packages: ['nginx-light', 'busybox-static'],
    users: { nginx: 101 },
    files: {
      'etc/nginx/nginx.conf': `worker_processes 1;
pid /tmp/nginx.pid;
error_log stderr;
events {}
http {
  access_log off;
  ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path /tmp/${name};`).join(' ')}
  include /etc/nginx/mime.types;
  include /etc/nginx/conf.d/*.conf;
}
`,
    },
    config: { Env, Cmd: ['nginx', '-g', 'daemon off;'], StopSignal: 'SIGQUIT', User: '101' },
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
        ['initdb', 'postgres', 'psql', 'pg_isready', 'pg_ctl', 'pg_dump', 'pg_restore'].map((name) => [
          `usr/bin/${name}`,
          ofPostgres(name),
        ]),
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

type RealProgram = keyof typeof recipes

export const imageOf = (program: RealProgram): string => `podkeep.test/${program}:1`

/**
 * @param reference another name that the image gets too, such as that of the one it stands for
 * @returns why the image cannot be had, for tap's `skip`; false when the engine has it
 */
export async function importProgram(
  socketPath: string,
  program: RealProgram,
  reference?: string,
): Promise<string | false> {
  const missing = await debianImage(socketPath, imageOf(program), recipes[program])
  if (missing === false && reference !== undefined) await tagImage(socketPath, imageOf(program), reference)
  return missing
}
