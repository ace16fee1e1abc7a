/** A real application as a folder of plain Kubernetes YAML: examples/shop with PostgreSQL and nginx, through what may happen to it. */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'

import { importProgram } from '../support/real-programs.js'
import { engineWithImage } from './engine-with-image.js'
import { examplesFolder, isTrue, manifestsOf, Tour, validatesClean } from './example-tour.js'
import { execute } from './in-container.js'
import { podYaml } from './manifests.js'
import { Node } from './podkeep-process.js'
import { until } from './until.js'

const engine = await engineWithImage()
const { host, socketPath } = engine
const missing = await Promise.all([
  importProgram(socketPath, 'postgres', 'postgres:15'),
  importProgram(socketPath, 'unprivileged-nginx', 'nginxinc/nginx-unprivileged:1.27'),
])

await t.test('a shop', { skip: missing.find((one) => one !== false) ?? false }, async (t) => {
  t.strictSame(missing, [false, false])
  const restricted = ['--pod-security-namespaces', 'shop=restricted'] as const
  const node = new Node(t, 'shop')
  const { files } = await manifestsOf(join(examplesFolder, 'shop'))
  let tour = new Tour(node, await node.start(host, ...restricted), socketPath)
  tour.put(files)
  node.put('client.yaml', podYaml({ name: 'client' }))

  const sql = async (statement: string): Promise<string> =>
    tour.inside('database-0', 'psql', '-Ppager=off', '-qAtU', 'shop', '-c', statement)
  const names = async (): Promise<string> => sql("select string_agg(name, ' ' order by name) from items")
  const shows = (wanted: RegExp): Promise<void> =>
    tour.says('client', ['wget', '-q', '-O', '-', 'http://web.shop:8080/items'], wanted)

  await t.test('is valid, also by the strictest standard, and comes up', async (t) => {
    await validatesClean(t, files, ...restricted)
    await tour.ready('database-0')
    await tour.ready('web-0')
    t.match(
      [...(await tour.podkeep.manifests()).files].filter(({ state }) => state !== 'ok'),
      [],
    )
  })

  await t.test('shows what is in the database to a pod of another namespace, by the name of its Service', async (t) => {
    await shows(/^\[\{"name":"cup","cents":600\},\s*\{"name":"teapot","cents":2400\}\]$/)
    await sql("insert into items values ('saucer', 300)")
    await shows(/"saucer"/)
    t.equal(await names(), 'cup saucer teapot')
  })

  await t.test('takes a new configuration without a restart', async (t) => {
    const before = await tour.container('web-0', 'nginx')
    const health = ['wget', '-q', '-O', '-', 'http://web.shop:8080/healthz']
    await tour.says('client', health, /^well$/)
    node.put('web.yaml', (files.get('web.yaml') ?? '').replace('return 200 well', 'return 200 splendid'))
    await tour.says('client', health, /^splendid$/)
    t.strictSame(await tour.container('web-0', 'nginx'), before)
  })

  await t.test('lets nobody in without the password, and nobody but its group reads it', async (t) => {
    const { id } = await tour.container('web-0', 'items')
    const ask = (password: string) =>
      execute(socketPath, id, 'sh', '-c', `PGPASSWORD='${password}' psql -Ppager=off -qAtc 'select 1'`)
    t.match(await ask('guessed'), { code: 2, out: /password authentication failed for user "shop"/ })
    t.match(await ask('change me before the first start'), { code: 0, out: '1' })
    const directory = '/run/secrets/database'
    t.equal(await tour.inside('database-0', 'stat', '-L', '-c', '%a %u %g', `${directory}/password`), '440 0 999')
    t.equal(await tour.inside('database-0', 'stat', '-f', '-c', '%T', directory), 'tmpfs')
    t.match(await tour.inside('database-0', 'cat', '/proc/1/status'), /^Uid:\s+999\s+999\s+999\s+999$/m)
  })

  await t.test('keeps its data when its pod goes and comes back', async (t) => {
    node.drop('database.yaml')
    await tour.podkeep.gone('database-0')
    node.put('database.yaml', files.get('database.yaml') ?? '')
    await tour.ready('database-0')
    t.equal(await names(), 'cup saucer teapot')
    await sql("insert into items values ('spoon', 100)")
    await shows(/"spoon"/)
  })

  await t.test('runs on when podkeep is killed, and is taken over untouched', async (t) => {
    const before = await tour.container('database-0')
    await tour.podkeep.kill('SIGKILL')
    tour = new Tour(node, await node.start(host, ...restricted), socketPath)
    await tour.ready('database-0')
    t.strictSame(await tour.container('database-0'), before)
  })

  await t.test('is back after a restart of the engine', async (t) => {
    const before = await tour.container('database-0')
    await engine.restart()
    await tour.pod(
      'database-0',
      ({ status }) =>
        isTrue(status, 'Ready') && status.containerStatuses[0]?.containerID?.includes(before.id) === false,
    )
    await tour.ready('web-0')
    t.equal(await names(), 'cup saucer spoon teapot')
    await shows(/"spoon"/)
  })

  await t.test('is dumped on its schedule, and a dump brings back what was lost', async (t) => {
    const known = new Set((await tour.podkeep.pods()).map(({ metadata }) => metadata.name))
    const run = await until(
      'a run that began after the last change',
      async () =>
        (await tour.podkeep.pods()).find(
          ({ metadata }) => /^backup-\d+$/.test(metadata.name) && !known.has(metadata.name),
        ),
      () => tour.podkeep.tail(),
      90_000,
    )
    await tour.pod(run.metadata.name, ({ status }) => status.phase === 'Succeeded')
    node.drop('backup.yaml')
    await tour.podkeep.gone(run.metadata.name)
    await sql('delete from items')
    await shows(/^$/)
    node.put('restore.yaml', readFileSync(join(examplesFolder, 'shop/restore/restore.yaml'), 'utf8'))
    await tour.pod('restore', ({ status }) => status.phase === 'Succeeded')
    t.equal(await names(), 'cup saucer spoon teapot')
    await shows(/"saucer".*"spoon"/s)
  })

  files.delete('backup.yaml')
  await tour.leave(t, [...files.keys(), 'restore.yaml', 'client.yaml'], () => true)
  t.equal(await tour.podkeep.kill('SIGTERM'), 0)
})
