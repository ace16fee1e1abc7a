/** A pull as the engine tells of it: how far it has come, and which login is tried when. */

import t, { type Test } from 'tap'

import { DockerRuntime } from '../../../lib/docker/index.js'
import { PullLayers, type PullLine } from '../../../lib/docker/pull-layers.js'
import type { KnownLogins, RegistryAuth } from '../../../lib/ports/index.js'
import { rememberingLogger, type LoggedLine } from '../../support/logger.js'
import { anOwner } from '../../support/pods.js'
import { json, startScriptedEngine } from '../../support/scripted-engine.js'

function line(id: string, status: string, current?: number, total?: number): PullLine {
  return {
    id,
    status,
    progressDetail: { ...(current !== undefined && { current }), ...(total !== undefined && { total }) },
  }
}

await t.test('how far a pull has come is the sum of its layers', async (t) => {
  const layers = new PullLayers()
  const told = (...lines: PullLine[]): [number, number, boolean, boolean] => {
    for (const one of lines) layers.note(one)
    const { doneBytes, totalBytes, isGrowing } = layers.progress('a:1')
    return [doneBytes, totalBytes, isGrowing, layers.isDownloaded]
  }
  t.strictSame(told(line('1.0', 'Pulling from team/app')), [0, 0, false, false], 'the tag is no layer')
  t.strictSame(told(line('old', 'Already exists')), [0, 0, false, true])
  t.strictSame(told(line('a', 'Pulling fs layer'), line('b', 'Pulling fs layer'), line('b', 'Waiting')), [
    0,
    0,
    true,
    false,
  ])
  t.strictSame(told(line('a', 'Downloading', 10, 100)), [10, 100, true, false], 'the size of b is not known yet')
  t.strictSame(told(line('b', 'Downloading', 1, 50)), [11, 150, false, false])
  t.strictSame(told(line('a', 'Downloading', 90, 100), line('a', 'Retrying in 5 seconds')), [91, 150, false, false])
  t.strictSame(told(line('a', 'Downloading', 4, 10)), [95, 150, false, false], 'the rest of one that broke off')
  t.strictSame(told(line('a', 'Verifying Checksum'), line('a', 'Download complete')), [101, 150, false, false])
  t.strictSame(told(line('b', 'Download complete')), [150, 150, false, true])
  t.strictSame(told(line('a', 'Extracting', 1, 100), line('a', 'Pull complete')), [150, 150, false, true])
  t.strictSame(told({ status: 'Digest: sha256:1' }), [150, 150, false, true])
  t.strictSame(told(line('c', 'Downloading', 7)), [157, 150, true, false], 'one that does not say how much it is')
})

const alice: RegistryAuth = { username: 'alice', password: 'hush-a', serveraddress: 'r.io' }
const bob: RegistryAuth = { username: 'bob', password: 'hush-b', serveraddress: 'r.io' }
const faults = ['/root/.docker/config.json: is not a JSON object']

interface Attempt {
  /** Who the engine was told podkeep is, in the order of its tries. */
  readonly asked: string[]
  readonly failure: { readonly code?: string; readonly message?: string } | null
  readonly lines: readonly LoggedLine[]
}

/** @param answers by username; '' is nobody */
async function attempt(t: Test, known: KnownLogins, answers: Readonly<Record<string, string>>): Promise<Attempt> {
  const asked: string[] = []
  const engine = await startScriptedEngine((call, response) => {
    if (!call.path.includes('/images/create')) {
      json(response, 200, { Id: 'sha256:1', Config: {} })
      return
    }
    const header = Buffer.from(String(call.headers['x-registry-auth']), 'base64url').toString()
    const { username = '' } = JSON.parse(header) as { username?: string }
    asked.push(username)
    const words = answers[username] ?? ''
    if (words === '') response.writeHead(200, { 'Content-Type': 'application/json' }).end('{"status":"done"}\n')
    else json(response, 500, { message: words })
  })
  const { logger, lines } = rememberingLogger()
  const runtime = new DockerRuntime({
    address: { kind: 'socket', socketPath: engine.socketPath },
    owner: anOwner(),
    credentials: { loginsFor: () => Promise.resolve(known) },
    logger,
  })
  t.teardown(async () => {
    await runtime.close()
    await engine.close()
  })
  const failure = await runtime
    .pullImage('r.io/app:1', () => undefined)
    .then(
      () => null,
      (error: unknown) => error as Error & { code: string },
    )
  t.notMatch(JSON.stringify(lines) + (failure?.message ?? '') + String(failure?.stack), /hush/)
  return { asked, failure, lines }
}

await t.test('logins are tried in turn where they are refused, then none; what else fails ends the pull', async (t) => {
  const logins = [
    { auth: alice, source: 'one.json' },
    { auth: bob, source: 'two.json' },
  ]
  const known = { logins, faults: [] }
  const refused = 'unauthorized: authentication required'

  t.match(await attempt(t, known, {}), { asked: ['alice'], failure: null })
  t.match(await attempt(t, known, { alice: refused }), { asked: ['alice', 'bob'], failure: null })
  const hidden = await attempt(t, known, { alice: 'manifest unknown: manifest unknown' })
  t.match(hidden, { asked: ['alice', 'bob'], failure: null }, 'what one may not see is told as not there')

  const stale = await attempt(t, known, { alice: refused, bob: 'denied' })
  t.match(stale, { asked: ['alice', 'bob', ''], failure: null })
  const told = stale.lines.filter(({ level }) => level === 'warn')
  t.match(told, [{ phrase: 'pulled without the login, which the registry refuses' }])
  t.strictSame(told[0]?.fields['logins'], ['one.json', 'two.json'])

  const all = await attempt(t, known, { alice: refused, bob: 'denied', '': 'no basic auth credentials' })
  t.equal(all.failure?.code, 'IMAGE_FORBIDDEN')
  t.equal(
    all.failure?.message,
    `pull r.io/app:1: ${refused}; tried with the login of one.json, two.json, and without`,
    'the first answer counts: it is that of the most specific login',
  )

  for (const [words, code] of [
    ['toomanyrequests: slow down', 'REGISTRY_THROTTLED'],
    ['received unexpected HTTP status: 503 Service Unavailable', 'REGISTRY_UNAVAILABLE'],
  ]) {
    t.match(await attempt(t, known, { alice: words ?? '' }), { asked: ['alice'], failure: { code } })
  }
})

await t.test('a registry that wants a login podkeep does not have says so, and why there is none', async (t) => {
  const { asked, failure } = await attempt(t, { logins: [], faults }, { '': 'no basic auth credentials' })
  t.strictSame(asked, [''])
  t.equal(failure?.code, 'IMAGE_FORBIDDEN')
  t.equal(
    failure?.message,
    `pull r.io/app:1: no basic auth credentials; podkeep knows no login for r.io; ${faults.join()}`,
  )
  const absent = await attempt(t, { logins: [], faults }, { '': 'manifest unknown: manifest unknown' })
  t.match(absent.failure, { code: 'IMAGE_NOT_FOUND', message: 'pull r.io/app:1: manifest unknown: manifest unknown' })
})
