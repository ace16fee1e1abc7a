import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import t, { type Test } from 'tap'

import { checkout } from '../../support/checkout.js'
import { podKey } from '../../../lib/pod/index.js'
import { anEvent } from '../../support/board.js'
import { aStatusServer } from '../../support/status-server.js'

const web = podKey('default', 'web')
const db = podKey('store', 'db')
const openapi = JSON.parse(readFileSync(join(checkout, 'lib/http/openapi.json'), 'utf8')) as {
  paths: Record<string, { get: { responses: Record<string, { content: Record<string, { schema: object }> }> } }>
}

async function started(t: Test) {
  const { board, history, server } = await aStatusServer(t)
  const get = async (path: string): Promise<{ code: number; json: unknown }> => {
    const response = await fetch(`http://127.0.0.1:${server.port}${path}`)
    return { code: response.status, json: await response.json() }
  }
  return { board, history, get }
}

const ajv = new Ajv2020({ strict: false, formats: { 'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/ } })
ajv.addSchema(openapi, 'openapi')

function expectAsDocumented(t: Test, path: string, answer: unknown): void {
  const pointer = `openapi#/paths/${path.replaceAll('/', '~1')}/get/responses/200/content/application~1json/schema`
  const isValid = ajv.validate({ $ref: pointer }, answer)
  t.ok(isValid, `${path} is as openapi.json says: ${ajv.errorsText()}`)
}

await t.test('events are v1 Events, filtered by pod, namespace and time', async (t) => {
  const { history, get } = await started(t)
  const now = Date.now()
  history.recorded = [
    anEvent(db, { id: 'store/db.1', lastAtMs: now - 7_200_000, count: 3 }),
    anEvent(web, { id: 'default/web.2', lastAtMs: now, type: 'Warning', reason: 'Unhealthy', message: 'no' }),
    { ...anEvent(web), id: 'node.3', subject: { kind: 'Node' }, reason: 'NodeReady', fieldPath: '', lastAtMs: now },
    { ...anEvent(web), id: 'a.yaml.4', subject: { kind: 'Manifest', file: 'a.yaml' }, fieldPath: '', lastAtMs: now },
  ]
  const all = (await get('/events')).json as { items: { metadata: { uid: string } }[] }
  expectAsDocumented(t, '/events', all)
  t.match(all.items[0], {
    metadata: { name: 'db.1', namespace: 'store' },
    involvedObject: { kind: 'Pod', namespace: 'store', name: 'db', uid: 'uid-1', fieldPath: 'spec.containers{app}' },
    count: 3,
    firstTimestamp: '2026-01-02T03:04:05Z',
    source: { component: 'podkeep', host: 'box' },
    eventTime: null,
  })
  const ids = async (query: string): Promise<string> =>
    ((await get(`/events?${query}`)).json as typeof all).items.map(({ metadata }) => metadata.uid).join(' ')
  t.equal(await ids('pod=web'), 'default/web.2')
  t.equal(await ids('pod=store/db'), 'store/db.1')
  t.equal(await ids('pod=default/db'), '')
  t.equal(await ids('namespace=store'), 'store/db.1')
  t.equal(await ids('since=1h'), 'default/web.2 node.3 a.yaml.4')
  t.equal(await ids('since=3h'), 'store/db.1 default/web.2 node.3 a.yaml.4')
  t.equal(await ids(`since=${new Date(now - 1000).toISOString()}`), 'default/web.2 node.3 a.yaml.4')
  t.match(await get('/events?since=yesterday'), {
    code: 400,
    json: {
      kind: 'Status',
      reason: 'BadRequest',
      message: 'since: "yesterday" is neither a time such as 2026-01-02T03:04:05Z nor an age such as 10m',
    },
  })
  t.match(await get('/events?since=2026-13-99'), { code: 400, json: { message: /is not a time such as/ } })
})

await t.test('plans tell what is waited for, until when, and what is under way', async (t) => {
  const { board, get } = await started(t)
  board.planned = [
    {
      key: web,
      desire: 'hold',
      why: 'web.yaml:3:1: broken',
      waits: [{ reason: 'CrashLoopBackOff', container: 'app', message: 'back-off 10 s', untilMs: 1_767_323_045_250 }],
      underWay: [{ action: 'PullImage', container: null, reason: 'Missing', details: { image: 'a:1' }, sinceMs: 0 }],
    },
    { key: db, desire: 'run', why: null, waits: [], underWay: [] },
  ]
  const { json } = await get('/plans')
  expectAsDocumented(t, '/plans', json)
  t.match(json, {
    items: [
      {
        pod: 'default/web',
        desire: 'hold',
        waits: [{ until: '2026-01-02T03:04:05.250Z' }],
        underWay: [{ action: 'PullImage', details: { image: 'a:1' }, since: '1970-01-01T00:00:00.000Z' }],
      },
      { pod: 'store/db', waits: [] },
    ],
  })
  t.match(((await get('/plans?pod=db')).json as { items: unknown[] }).items, [{ pod: 'store/db' }])
})

await t.test('revisions tell what changed, when and with which outcome', async (t) => {
  const { history, get } = await started(t)
  const manifest = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web', namespace: 'default' }, spec: {} } as const
  const common = { file: 'web.yaml', atMs: 0, outcomeAtMs: 1000, message: '', changes: [] }
  history.histories = [
    {
      pod: web,
      revisions: [
        { ...common, revision: 1, outcome: 'ready', manifest },
        { ...common, revision: 2, outcome: 'held', message: 'web.yaml:3:1: broken', manifest: null },
      ],
    },
    { pod: db, revisions: [] },
  ]
  const { json } = await get('/revisions')
  expectAsDocumented(t, '/revisions', json)
  t.match(json, {
    items: [
      {
        pod: 'default/web',
        revisions: [
          {
            revision: 1,
            time: '1970-01-01T00:00:00Z',
            outcome: 'ready',
            outcomeTime: '1970-01-01T00:00:01Z',
            manifest,
          },
          { revision: 2, outcome: 'held', message: 'web.yaml:3:1: broken', manifest: null },
        ],
      },
      { pod: 'store/db' },
    ],
  })
  for (const asked of ['web', 'default/web']) {
    t.match(((await get(`/revisions?pod=${asked}`)).json as { items: unknown[] }).items.length, 1, asked)
  }
})

await t.test('the document that is served names every path, and manifests and pods are as it says', async (t) => {
  const { get } = await started(t)
  t.strictSame((await get('/openapi.json')).json, openapi)
  for (const path of ['/pods', '/manifests']) expectAsDocumented(t, path, (await get(path)).json)
})
