/** Asking a podkeep: where, with which certificate and token, and what is said when none answers. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'

import { engineInUse } from '../../../lib/cli/engine-address.js'
import { nodeMeant } from '../../../lib/cli/last-run.js'
import { withLogSource } from '../../../lib/cli/pods/log-source.js'
import { podContainers } from '../../../lib/cli/pods/pod-containers.js'
import { isElsewhere, serverAddresses } from '../../../lib/cli/server/address.js'
import { runningConfig } from '../../../lib/cli/server/running-config.js'
import type { LogQuery } from '../../../lib/ports/index.js'
import { rememberRun } from '../../../lib/state/index.js'
import { aBoard } from '../../support/board.js'
import { certificate, needsOpenssl } from '../../support/certificates.js'
import { commandLine } from '../../support/command-line.js'
import { freePort } from '../../support/free-port.js'
import { podEntry, runningContainer } from '../../support/pod-entries.js'
import { aStatusServer, noLogs } from '../../support/status-server.js'
import { around } from '../../support/surroundings.js'

function newFolder(t: Test): string {
  const folder = mkdtempSync(join(tmpdir(), 'podkeep-server-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

const token = 'a-token-of-sixteen'
const noPods = /^podkeep: No pods|No pods found/

await t.test('the socket of the state folder comes first, and a named server alone', async (t) => {
  const places = (flags: Record<string, string>, env: Record<string, string> = {}, isRoot = true): string[] =>
    serverAddresses(flags, around({ env, isRoot })).map((one) => (one.kind === 'socket' ? one.path : one.url.href))
  t.strictSame(places({}), ['/var/lib/podkeep/podkeep.sock', 'http://127.0.0.1:10255/'])
  t.strictSame(places({}, {}, false), [
    '/home/ann/.local/state/podkeep/podkeep.sock',
    '/var/lib/podkeep/podkeep.sock',
    'http://127.0.0.1:10255/',
  ])
  t.strictSame(places({ rootDir: 'state' }), ['/somewhere/state/podkeep.sock'])
  t.strictSame(places({ server: 'https://box:10255' }), ['https://box:10255/'])
  t.strictSame(places({}, { PODKEEP_SERVER: 'unix:///run/p.sock' }), ['/run/p.sock'])
  const [here] = serverAddresses({ server: 'http://127.0.0.1:1' }, around())
  const [there] = serverAddresses({ server: 'https://box' }, around())
  t.strictSame(
    [here, there].map((one) => isElsewhere(one!)),
    [false, true],
  )
})

await t.test('a token goes to the server that was named, and to no other', async (t) => {
  const folder = newFolder(t)
  const tokenFile = join(folder, 'tokens')
  writeFileSync(tokenFile, `# of the server itself\n\n${token}\nanother-token-here\n`)
  const { server } = await aStatusServer(t, { tokenFile })
  const url = `http://127.0.0.1:${server.port}`
  t.match(await commandLine({ PODKEEP_SERVER: url })('get', 'pods'), {
    code: 69,
    err: 'podkeep: podkeep says: send a token of --token-file: Authorization: Bearer ...\n  hint: name it and its token: --server URL --token-file FILE\n',
  })
  t.match(await commandLine({ PODKEEP_SERVER: url })('get', 'pods', '--token-file', tokenFile), {
    code: 0,
    err: noPods,
  })
  t.match(await commandLine({ PODKEEP_TOKEN_FILE: tokenFile })('get', 'pods', '--server', url), {
    code: 0,
    err: noPods,
  })
  const [last] = serverAddresses({ tokenFile }, around()).slice(-1)
  t.match(last, { url: { port: '10255' }, access: { token: null } })
  writeFileSync(tokenFile, '# none\n')
  t.match(await commandLine({})('get', 'pods', '--server', url, '--token-file', tokenFile), {
    code: 2,
    err: 'podkeep: --token-file: there is no token in it\n  hint: put the token in a line of its own\n',
  })
  t.match(await commandLine({})('get', 'pods', '--server', url, '--token-file', `${folder}/none`), {
    code: 2,
    err: /^podkeep: --token-file: cannot read .*none: ENOENT.*\n {2}hint: name a file that this user may read\n$/,
  })
})

await t.test('over TLS: who signed it counts, and who asks', needsOpenssl, async (t) => {
  const folder = newFolder(t)
  const box = certificate(folder, 'box', '127.0.0.1')
  const ann = certificate(folder, 'ann')
  const { server } = await aStatusServer(t, { tls: { ...box, clientCAFile: ann.certFile } })
  const type = commandLine({ PODKEEP_SERVER: `https://127.0.0.1:${server.port}` })
  const authority = ['--certificate-authority', box.certFile]
  const client = ['--client-certificate', ann.certFile, '--client-key', ann.keyFile]
  t.match(await type('get', 'pods', ...authority, ...client), { code: 0, err: noPods })
  t.match(await type('get', 'pods', ...client), {
    code: 69,
    err: /nobody known has signed its certificate: name the authority with --certificate-authority/,
  })
  t.match(await type('get', 'pods', ...authority), { code: 69, err: /it wants to know who asks|it hangs up/ })
  t.match(await type('get', 'pods', ...authority, '--client-key', ann.keyFile), {
    code: 2,
    err: 'podkeep: a client certificate needs its key\n  hint: name both, --client-certificate and --client-key\n',
  })
  t.match(await commandLine({})('get', 'pods', '--server', `http://127.0.0.1:${server.port}`), {
    code: 69,
    err: /one with a certificate is asked with https:\/\/|answered 400/,
  })
})

await t.test('what answers nothing useful is named with its place', async (t) => {
  const port = await freePort()
  const type = commandLine({ PODKEEP_SERVER: `http://127.0.0.1:${port}` })
  t.match(await type('get', 'pods'), {
    code: 69,
    err: `podkeep: no podkeep answers there\n  http://127.0.0.1:${port}/: nothing listens there\n  hint: is --server (PODKEEP_SERVER) its address, and does it run`,
  })
  t.match(await commandLine({ PODKEEP_SERVER: `https://127.0.0.1:${port}` })('get', 'pods'), { code: 69 })
  const other = createServer((request, response) => response.writeHead(request.url === '/pods' ? 200 : 404).end('hi'))
  await new Promise<void>((resolve) => other.listen(port, '127.0.0.1', resolve))
  t.teardown(() => other.close())
  t.match(await type('get', 'pods'), { code: 69, err: /: what answers there is not podkeep\n/ })
  t.match(await type('get', 'manifests'), { code: 69, err: /: answered 404: hi\n/ })
  t.match(await commandLine({ PODKEEP_SERVER: `https://127.0.0.1:${port}` })('get', 'pods'), {
    code: 69,
    err: /it does not speak TLS: write http:\/\//,
  })
  t.match(await commandLine({})('get', 'pods', '--server', 'ftp://box'), {
    code: 2,
    err: 'podkeep: --server: "ftp://box" is not the URL of a podkeep\n  hint: write it as https://box:10255, http://127.0.0.1:10255 or unix:///var/lib/podkeep/podkeep.sock\n',
  })
})

await t.test('the engine is that of DOCKER_HOST, then that of the podkeep that runs', async (t) => {
  const folder = newFolder(t)
  const config = { kubeletconfig: { containerRuntimeEndpoint: 'unix:///run/private.sock', nodeName: 'box' } }
  await aStatusServer(t, { socketPath: join(folder, 'podkeep.sock'), config })
  const flags = { rootDir: folder }
  t.strictSame(await engineInUse(flags, around()), { kind: 'socket', socketPath: '/run/private.sock' })
  t.match(await engineInUse(flags, around({ env: { DOCKER_HOST: 'tcp://box:2375' } })), { host: 'box' })
  t.match(await engineInUse({ rootDir: join(folder, 'none') }, around()), { kind: 'socket' })
  t.match(
    await commandLine({})('exec', 'web', '--server', 'https://box.test:1', '--', 'ls').then(({ err }) => err),
    /box\.test/,
  )
  await t.rejects(engineInUse({ server: 'https://box.test:1' }, around()), {
    message: 'the engine of https://box.test:1/ is on another machine',
    hint: 'type this there, or name its engine with DOCKER_HOST; "podkeep logs" works from here',
  })
})

await t.test('while none runs, the engine and the node are those of the podkeep that ran last', async (t) => {
  const folder = newFolder(t)
  const flags = { rootDir: folder }
  t.equal(nodeMeant(flags, around({ hostName: 'box' })), 'box')
  await rememberRun(folder, { engine: 'unix:///run/private.sock', nodeName: 'edge' })
  t.strictSame(await engineInUse(flags, around()), { kind: 'socket', socketPath: '/run/private.sock' })
  t.strictSame(await engineInUse({ server: `unix://${folder}/podkeep.sock` }, around()), {
    kind: 'socket',
    socketPath: '/run/private.sock',
  })
  t.match(await engineInUse(flags, around({ env: { DOCKER_HOST: 'tcp://box:2375' } })), { host: 'box' })
  t.equal(nodeMeant(flags, around({ hostName: 'box' })), 'edge')
  t.equal(nodeMeant({ ...flags, nodeName: 'other' }, around()), 'other')
  t.equal(nodeMeant(flags, around({ env: { PODKEEP_NODE_NAME: 'named' } })), 'named')
  const config = { kubeletconfig: { containerRuntimeEndpoint: 'unix:///run/newer.sock', nodeName: 'edge' } }
  await aStatusServer(t, { socketPath: join(folder, 'podkeep.sock'), config })
  t.match(await engineInUse(flags, around()), { socketPath: '/run/newer.sock' }, 'one that runs tells itself')
})

await t.test('what podkeep was told is read from /configz, as far as it tells', async (t) => {
  const told = {
    kubeletconfig: {
      nodeName: 'box',
      containerRuntimeEndpoint: 'unix:///e.sock',
      allowedUnsafeSysctls: ['net.*'],
      readOnlyPort: 10_999,
    },
    podkeep: { podSecurity: 'baseline', podSecurityNamespaces: { shop: 'restricted', other: 'loud' } },
  }
  t.strictSame(runningConfig(told), {
    nodeName: 'box',
    engine: 'unix:///e.sock',
    port: 10_999,
    policy: {
      podSecurity: 'baseline',
      podSecurityByNamespace: new Map([['shop', 'restricted']]),
      allowedUnsafeSysctls: ['net.*'],
    },
  })
  t.strictSame(runningConfig({ kubeletconfig: {} }), { nodeName: null, engine: null, port: null, policy: null })
  t.strictSame(runningConfig('x'), { nodeName: null, engine: null, port: null, policy: null })
})

const web = podEntry('shop/web', {
  spec: {
    containers: [
      { name: 'app', image: 'web:1' },
      { name: 'late', image: 'web:1' },
    ],
  },
  status: { containerStatuses: [runningContainer('app', { containerID: `docker://${'1'.repeat(64)}` })] },
})

await t.test('the log of a named server comes from it, without an engine', async (t) => {
  const asked: unknown[] = []
  const reader = {
    ...noLogs,
    log: (id: string, query: object) => {
      asked.push([id, query])
      return Promise.resolve(
        (async function* () {
          yield Buffer.from('one\n')
          yield Buffer.from('two\n')
        })(),
      )
    },
  }
  const board = aBoard({ entries: [web], manifests: { directory: '/m', problem: null, files: [] } })
  const { server } = await aStatusServer(t, { board, reader })
  const flags = { server: `http://127.0.0.1:${server.port}` }
  const request: LogQuery = {
    follow: false,
    timestamps: true,
    tailLines: 5,
    sinceMs: Date.UTC(2026, 0, 1),
    streams: 'all',
  }
  await withLogSource(flags, around(), async (source) => {
    const pod = podContainers(source.world, { name: 'web', namespace: null })
    t.strictSame(pod.names, ['app', 'late'])
    t.strictSame([source.hasRun(pod, 'app'), source.hasRun(pod, 'late')], [true, false])
    let text = ''
    for await (const { bytes } of source.logged(pod, 'app', false).pieces(request)) text += bytes.toString()
    t.equal(text, 'one\ntwo\n')
    const late = source.logged(pod, 'late', false).pieces(request)
    await t.rejects(late[Symbol.asyncIterator]().next(), { message: /container "late" not found in pod "web"/ })
  })
  t.strictSame(asked, [['1'.repeat(64), request]])
})
