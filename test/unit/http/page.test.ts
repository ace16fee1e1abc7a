import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

import t from 'tap'

import { checkout } from '../../support/checkout.js'
import { Tally } from '../../../lib/http/index.js'
import { statusApp } from '../../../lib/http/status-app.js'
import { aBoard, aHistory } from '../../support/board.js'
import { silentLogger } from '../../support/logger.js'
import { aMachine, noLogs } from '../../support/status-server.js'

const folder = join(checkout, 'lib/http/page')
const names = readdirSync(folder).filter((name) => name !== 'tsconfig.json')
const app = statusApp({
  board: aBoard({ entries: [], manifests: { directory: '/m', problem: null, files: [] } }),
  history: aHistory(),
  version: '1.2.3',
  nodeName: 'box<1>',
  nodeLabels: {},
  logger: silentLogger,
  reader: noLogs,
  machine: aMachine,
  tally: new Tally(),
  hostIP: '192.0.2.1',
  config: {},
  tokens: null,
  tls: null,
  isOurHost: () => true,
})
t.teardown(() => app.close())

await t.test('a browser gets the page, whoever takes anything gets text', async (t) => {
  const page = await app.inject({ url: '/', headers: { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' } })
  t.match(page.headers['content-type'], /^text\/html/)
  t.match(page.headers['content-security-policy'], /; script-src 'self' 'sha256-[\w+/=]{44}'; /)
  t.match(page.body, 'box&lt;1> · 1.2.3', 'the node’s name is text, not markup')
  const text = await app.inject({ url: '/', headers: { accept: '*/*' } })
  t.match(text.headers['content-type'], /^text\/plain/)
})

await t.test('every file of the page goes out, under a policy that lets it ask nobody else', async (t) => {
  for (const name of names.filter((one) => one !== 'index.html')) {
    const { statusCode, headers, body } = await app.inject({ url: `/page/${name}` })
    t.equal(statusCode, 200, name)
    t.equal(body, readFileSync(join(folder, name), 'utf8'))
    t.match(headers['content-security-policy'], /^default-src 'none';/)
    t.notMatch(headers['content-security-policy'], /unsafe|\*|http/)
    t.equal(headers['x-content-type-options'], 'nosniff')
  }
  t.equal((await app.inject({ url: '/page/tsconfig.json' })).statusCode, 404)
  t.equal((await app.inject({ url: '/page/../status-app.js' })).statusCode, 404)
})

await t.test('the page is small, and no file of it names another machine', (t) => {
  const bytes = names.reduce((sum, name) => sum + statSync(join(folder, name)).size, 0)
  t.ok(bytes < 100_000, `${bytes} bytes`)
  for (const name of names) {
    const urls = readFileSync(join(folder, name), 'utf8').match(/https?:\/\/[^"' )]+/g) ?? []
    t.strictSame(
      urls.filter((url) => url !== 'http://www.w3.org/2000/svg'),
      [],
      name,
    )
  }
  t.end()
})
