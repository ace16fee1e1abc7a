/** Programs that people run, with their own ways of starting, answering and ending. */

import { once } from 'node:events'
import { chmodSync, chownSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import t from 'tap'

import { freePort } from '../support/free-port.js'
import { importProgram, postgresUid, webUid } from '../support/real-programs.js'
import { engineWithImage } from './engine-with-image.js'
import { appOf, type Container } from './engine-view.js'
import { begin, execute, logOf } from './in-container.js'
import { Node, get, type PodkeepProcess } from './podkeep-process.js'
import { etcdYaml, nginxYaml, postgresYaml, redisYaml } from './real-program-manifests.js'
import { probedEtcdYaml, probedNginxYaml, probedPostgresYaml, redisWithSidecarYaml } from './real-program-manifests.js'
import { until } from './until.js'

const { host, socketPath } = await engineWithImage()

/** All at once, while the first tests run; what goes wrong is told by the test that needs the image. */
const programs = ['nginx', 'redis', 'etcd', 'postgres'] as const
const importing = new Map(programs.map((program) => [program, importProgram(socketPath, program)]))
for (const one of importing.values()) one.catch(() => {})
const missing = async (program: (typeof programs)[number]) => ({ skip: (await importing.get(program)) ?? false })

const addressOf = async (podkeep: PodkeepProcess, name: string): Promise<string> =>
  until(
    `${name} has an address`,
    async () => (await podkeep.pods()).find((pod) => pod.metadata.name === name)?.status.podIP ?? undefined,
  )

/** What a page says once it is there. */
const page = (port: number, path: string, text: string) =>
  until(`${path} says ${text}`, async () => {
    const answer = await get({ port }, path).catch(() => null)
    return answer?.status === 200 && answer.body === text ? true : undefined
  })

await t.test('nginx behind a hostPort', await missing('nginx'), async (t) => {
  const node = new Node(t, 'nginx')
  const hostPort = await freePort()
  chownSync(node.shared, webUid, webUid)
  const supervisor = await node.start(host)
  writeFileSync(join(node.shared, 'index.html'), 'one')
  node.put('nginx.yaml', nginxYaml({ hostPort, www: node.shared }))

  await t.test('serves a page of its hostPath, and what the page becomes, without a restart', async (t) => {
    await page(hostPort, '/', 'one')
    const before = await appOf(socketPath, node.name, 'nginx')
    writeFileSync(join(node.shared, 'index.html'), 'another')
    await page(hostPort, '/', 'another')
    t.strictSame(await appOf(socketPath, node.name, 'nginx'), before)
  })

  await t.test('is stopped with the signal its image asks for: an upload that has begun is finished', async (t) => {
    const headers = { expect: '100-continue', 'transfer-encoding': 'chunked' }
    const upload = request({ port: hostPort, path: '/upload', method: 'PUT', agent: false, headers })
    upload.flushHeaders()
    await once(upload, 'continue')
    upload.write('first half, ')
    node.drop('nginx.yaml')
    await until('it takes no new connections', () =>
      get({ port: hostPort }, '/').then(
        () => undefined,
        () => true,
      ),
    )
    // Its answer may be lost: the port goes with the pod.
    upload.on('error', () => {})
    upload.end('second half')
    await supervisor.gone('nginx')
    t.equal(readFileSync(join(node.shared, 'upload'), 'utf8'), 'first half, second half')
  })
  t.equal(await supervisor.kill('SIGTERM'), 0)
})

/** One command in Redis' own protocol; answers its first line, or the value. */
function redis(address: string, ...words: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: address, port: 6379 })
    const parts = words.map((word) => `$${word.length}\r\n${word}\r\n`).join('')
    socket.setTimeout(5000, () => socket.destroy(new Error('redis does not answer')))
    socket.on('error', reject)
    socket.on('close', () => reject(new Error('redis hung up')))
    socket.on('data', (data) => {
      const [first = '', second] = data.toString().split('\r\n')
      resolve(first.startsWith('$') && first !== '$-1' ? (second ?? '') : first)
      socket.destroy()
    })
    socket.write(`*${words.length}\r\n${parts}`)
  })
}

await t.test('redis on an emptyDir', await missing('redis'), async (t) => {
  const node = new Node(t, 'redis')
  node.put('redis.yaml', redisYaml())
  const supervisor = await node.start(host)
  const answers = async () => {
    const address = await addressOf(supervisor, 'redis')
    await until('redis answers', async () =>
      (await redis(address, 'PING').catch(() => '')) === '+PONG' ? 1 : undefined,
    )
    return address
  }

  await t.test('answers PING, and keeps what it was told when it crashes', async (t) => {
    const address = await answers()
    t.equal(await redis(address, 'SET', 'colour', 'green'), '+OK')
    process.kill((await appOf(socketPath, node.name, 'redis')).pid, 'SIGKILL')
    await supervisor.running('redis', 1)
    t.equal(await answers(), address, 'where it was')
    t.equal(await redis(address, 'GET', 'colour'), 'green')
  })

  await t.test('forgets it with the pod', async (t) => {
    node.drop('redis.yaml')
    await supervisor.gone('redis')
    node.put('redis.yaml', redisYaml())
    t.equal(await redis(await answers(), 'GET', 'colour'), '$-1')
    node.drop('redis.yaml')
    await supervisor.gone('redis')
  })
  t.equal(await supervisor.kill('SIGTERM'), 0)
})

await t.test(
  'etcd, in an image with nothing but etcd, keeps its data through an edit',
  await missing('etcd'),
  async (t) => {
    const node = new Node(t, 'etcd')
    node.put('etcd.yaml', etcdYaml({ snapshotCount: 10_000 }))
    const supervisor = await node.start(host)
    const address = await addressOf(supervisor, 'etcd')
    const base64 = (text: string) => Buffer.from(text).toString('base64')
    const ask = (path: string, question: object) =>
      until(`etcd answers ${path}`, async () => {
        const answer = await fetch(`http://${address}:2379${path}`, { method: 'POST', body: JSON.stringify(question) })
          .then(async (response) => (response.ok ? ((await response.json()) as object) : undefined))
          .catch(() => undefined)
        return answer
      })
    await ask('/v3/kv/put', { key: base64('colour'), value: base64('green') })
    const before = await appOf(socketPath, node.name, 'etcd')
    node.put('etcd.yaml', etcdYaml({ snapshotCount: 20_000 }))
    const after = await until('the new etcd runs', async () => {
      const app = await appOf(socketPath, node.name, 'etcd').catch(() => undefined)
      return app !== undefined && app.id !== before.id ? app : undefined
    })
    t.ok(after.command.includes('--snapshot-count=20000'))
    t.match(await ask('/v3/kv/range', { key: base64('colour') }), { kvs: [{ value: base64('green') }] })
    node.drop('etcd.yaml')
    await supervisor.gone('etcd')
    t.equal(await supervisor.kill('SIGTERM'), 0)
  },
)

await t.test('PostgreSQL on a hostPath', await missing('postgres'), async (t) => {
  const node = new Node(t, 'postgres')
  const data = join(node.shared, 'data')
  mkdirSync(data)
  chownSync(data, postgresUid, postgresUid)
  const supervisor = await node.start(host)
  const put = (graceSeconds: number) => node.put('postgres.yaml', postgresYaml({ data, graceSeconds }))

  // Over the network: while the entrypoint makes the database, a server of its own answers on the socket.
  const psql = (app: Container, sql: string) =>
    execute(socketPath, app.id, 'psql', '-h127.0.0.1', '-Ppager=off', '-qAtc', sql)
  const answering = () => {
    let said = 'nothing'
    return until(
      'PostgreSQL answers',
      async () => {
        const app = await appOf(socketPath, node.name, 'postgres').catch(() => undefined)
        if (app === undefined) return undefined
        said = await psql(app, 'select 1').then(({ out }) => out, String)
        return said === '1' ? app : undefined
      },
      () => said,
    )
  }

  /** A session that has inserted a row, and commits when the file `go` is there. */
  const openTransaction = async (app: Container, row: string) => {
    const wait = 'while [ ! -e /var/lib/postgresql/data/go ]; do sleep 0.05; done'
    const statements = `echo "begin; insert into kept values ('${row}');"; ${wait}; echo "commit;"`
    await begin(socketPath, app.id, 'sh', '-c', `(${statements}) | psql -q`)
    await until('the transaction is open', async () => {
      const sessions = "select count(*) from pg_stat_activity where state = 'idle in transaction'"
      return (await psql(app, sessions)).out === '1' ? true : undefined
    })
  }
  const rows = async (app: Container) => (await psql(app, 'select string_agg(name, $$ $$ order by name) from kept')).out

  await t.test('a session is let finish within the grace period: what it commits is there afterwards', async (t) => {
    put(60)
    const app = await answering()
    t.strictSame(await psql(app, "create table kept (name text); insert into kept values ('a')"), { code: 0, out: '' })
    await openTransaction(app, 'b')
    node.drop('postgres.yaml')
    await until('it takes no new sessions', async () =>
      (await psql(app, 'select 1')).out.includes('shutting down') ? true : undefined,
    )
    t.match(await appOf(socketPath, node.name, 'postgres'), { id: app.id, isRunning: true }, 'it waits for the session')
    writeFileSync(join(data, 'go'), '')
    await supervisor.gone('postgres')
    put(1)
    const next = await answering()
    t.equal(await rows(next), 'a b')
    const log = await logOf(socketPath, next.id)
    t.match(log, 'database system was shut down at')
    t.notMatch(log, 'recovery')
  })

  await t.test(
    'a session that does not finish is cut off when the period is over: only what was committed is there',
    async (t) => {
      rmSync(join(data, 'go'))
      const app = await answering()
      await openTransaction(app, 'c')
      node.drop('postgres.yaml')
      await supervisor.gone('postgres')
      put(60)
      const next = await answering()
      t.equal(await rows(next), 'a b')
      t.match(await logOf(socketPath, next.id), 'database system was not properly shut down')
    },
  )

  await t.test('when it crashes it recovers in its pod', async (t) => {
    const app = await answering()
    t.match(await psql(app, "insert into kept values ('d')"), { code: 0 })
    process.kill(app.pid, 'SIGKILL')
    await supervisor.running('postgres', 1)
    t.equal(await rows(await answering()), 'a b d')
    node.drop('postgres.yaml')
    await supervisor.gone('postgres')
  })
  t.equal(await supervisor.kill('SIGTERM'), 0)
})

await t.test('nginx behind http probes', await missing('nginx'), async (t) => {
  const node = new Node(t, 'nginx-probes')
  const supervisor = await node.start(host)
  const pages = (...names: string[]) => names.forEach((name) => writeFileSync(join(node.shared, name), 'yes'))
  const remove = (name: string) => rmSync(join(node.shared, name))
  pages('alive', 'ready')
  node.put('nginx.yaml', probedNginxYaml({ www: node.shared }))

  await t.test('has not started before its startup probe succeeds, then is ready', async (t) => {
    t.match(await supervisor.running('nginx'), { started: false, ready: false })
    pages('started')
    t.match(await supervisor.container('nginx', (one) => one.ready), { started: true, restartCount: 0 })
  })

  await t.test('is taken for not ready and ready again by its readiness probe, and keeps running', async (t) => {
    const before = await appOf(socketPath, node.name, 'nginx')
    remove('ready')
    await supervisor.container('nginx', (one) => !one.ready)
    pages('ready')
    await supervisor.container('nginx', (one) => one.ready)
    t.strictSame(await appOf(socketPath, node.name, 'nginx'), before)
  })

  await t.test('is restarted when its liveness probe fails, ending as its image wants to', async (t) => {
    remove('alive')
    const restarted = await supervisor.container('nginx', (one) => one.restartCount >= 1)
    pages('alive')
    t.match(restarted.lastState, { terminated: { exitCode: 0 } })
    await supervisor.container('nginx', (one) => one.ready)
  })
  node.drop('nginx.yaml')
  await supervisor.gone('nginx')
  t.equal(await supervisor.kill('SIGTERM'), 0)
})

await t.test('redis behind a tcp probe, with a sidecar', await missing('redis'), async (t) => {
  const node = new Node(t, 'redis-probes')
  chmodSync(node.shared, 0o777)
  node.put('redis.yaml', redisWithSidecarYaml({ shared: node.shared }))
  const supervisor = await node.start(host)

  await t.test('is restarted when it closes its port, and its sidecar is not', async (t) => {
    await supervisor.container('redis', (one) => one.ready)
    t.equal(await redis(await addressOf(supervisor, 'redis'), 'CONFIG', 'SET', 'port', '0'), '+OK')
    await supervisor.container('redis', (one) => one.restartCount === 1 && one.ready)
    const [pod] = await supervisor.pods()
    t.match(pod?.status.initContainerStatuses, [{ name: 'witness', restartCount: 0, ready: true }])
  })

  await t.test('starts after its sidecar and ends before it', async (t) => {
    node.drop('redis.yaml')
    await supervisor.gone('redis')
    t.strictSame(readFileSync(join(node.shared, 'order'), 'utf8').trim().split('\n'), [
      'witness begins, redis away',
      ...['redis begins', 'redis ends', 'redis begins', 'redis ends'],
      'witness ends, redis away',
    ])
  })
  t.equal(await supervisor.kill('SIGTERM'), 0)
})

await t.test("etcd behind grpc probes, answered by grpc-go's own health server", await missing('etcd'), async (t) => {
  const node = new Node(t, 'etcd-probes')
  node.put('etcd.yaml', probedEtcdYaml({ service: 'no.such.Service' }))
  const supervisor = await node.start(host)

  await t.test('is not ready when asked for a service that it does not know', async (t) => {
    t.match(await supervisor.container('etcd', (one) => one.started), { ready: false, restartCount: 0 })
  })

  await t.test('is ready when its probe is mended, without a restart', async (t) => {
    const before = await appOf(socketPath, node.name, 'etcd')
    node.put('etcd.yaml', probedEtcdYaml({ service: '' }))
    await supervisor.container('etcd', (one) => one.ready)
    t.strictSame(await appOf(socketPath, node.name, 'etcd'), before)
  })

  await t.test('is restarted when it hangs, and its grace is the one of its probe', async (t) => {
    process.kill((await appOf(socketPath, node.name, 'etcd')).pid, 'SIGSTOP')
    // A stopped process hears SIGTERM when it is continued only: with the grace of the pod this would take a minute.
    const restarted = await supervisor.container('etcd', (one) => one.restartCount === 1 && one.ready)
    t.match(restarted.lastState, { terminated: { exitCode: 137 } })
  })
  node.drop('etcd.yaml')
  await supervisor.gone('etcd')
  t.equal(await supervisor.kill('SIGTERM'), 0)
})

await t.test('PostgreSQL behind exec probes, with a preStop hook', await missing('postgres'), async (t) => {
  const node = new Node(t, 'postgres-probes')
  const data = join(node.shared, 'data')
  mkdirSync(data)
  chownSync(data, postgresUid, postgresUid)
  node.put('postgres.yaml', probedPostgresYaml({ data }))
  const supervisor = await node.start(host)

  await t.test('is ready when pg_isready says so', async (t) => {
    await supervisor.container('postgres', (one) => one.ready)
    const app = await appOf(socketPath, node.name, 'postgres')
    t.match(await execute(socketPath, app.id, 'psql', '-h127.0.0.1', '-Ppager=off', '-qAtc', 'select 1'), {
      code: 0,
      out: '1',
    })
  })

  await t.test('its hook runs before the signal, and no probe cuts its slow shutdown short', async (t) => {
    const app = await appOf(socketPath, node.name, 'postgres')
    const wait = 'while [ ! -e /var/lib/postgresql/data/go ]; do sleep 0.05; done'
    const session = `(echo "select;"; ${wait}; echo "create table kept ();") | psql -q`
    await begin(socketPath, app.id, 'sh', '-c', session)
    await until('the session is open', async () => {
      const count = "select count(*) from pg_stat_activity where backend_type = 'client backend'"
      return (await execute(socketPath, app.id, 'psql', '-h127.0.0.1', '-Ppager=off', '-qAtc', count)).out === '2'
        ? true
        : undefined
    })
    node.drop('postgres.yaml')
    const isRefusing = async (): Promise<true | undefined> => {
      const { out } = await execute(socketPath, app.id, 'pg_isready')
      return out.includes('rejecting') || undefined
    }
    await until('it refuses sessions', isRefusing)
    // Several times as long as the liveness probe, which says the same, takes to give up.
    await setTimeout(10_000)
    await until('it refuses them still', isRefusing)
    t.match(readFileSync(join(data, 'pre-stop'), 'utf8'), 'accepting connections')
    t.match(await appOf(socketPath, node.name, 'postgres'), { id: app.id, isRunning: true })
    writeFileSync(join(data, 'go'), '')
    await supervisor.gone('postgres')
    node.put('postgres.yaml', probedPostgresYaml({ data }))
    await supervisor.container('postgres', (one) => one.ready)
    const next = await appOf(socketPath, node.name, 'postgres')
    t.match(await execute(socketPath, next.id, 'psql', '-h127.0.0.1', '-qc', 'select from kept'), { code: 0 })
    t.notMatch(await logOf(socketPath, next.id), 'recovery')
  })
  node.drop('postgres.yaml')
  await supervisor.gone('postgres')
  t.equal(await supervisor.kill('SIGTERM'), 0)
})
