/** Who may ask, from where: TLS, certificates of clients, tokens; all of them replaced while podkeep runs. */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { request as httpRequest } from 'node:http'
import { request, type RequestOptions } from 'node:https'
import { tmpdir } from 'node:os'
import { TLSSocket } from 'node:tls'
import { join } from 'node:path'
import t, { type Test } from 'tap'

import { startHealthzServer } from '../../../lib/http/index.js'
import { certificate, needsOpenssl, type Certificate } from '../../support/certificates.js'
import { eventually } from '../../support/eventually.js'
import { freePort } from '../../support/free-port.js'
import { rememberingLogger } from '../../support/logger.js'
import { aStatusServer } from '../../support/status-server.js'

function newFolder(t: Test): string {
  const folder = mkdtempSync(join(tmpdir(), 'podkeep-access-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

interface Answer {
  readonly code: number
  readonly server: string
}

function askTls(port: number, more: RequestOptions = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(
      { host: '127.0.0.1', port, path: '/healthz', rejectUnauthorized: false, agent: false, ...more },
      (response) => {
        const { socket } = response
        resolve({
          code: response.statusCode ?? 0,
          server: socket instanceof TLSSocket ? String(socket.getPeerCertificate().subject.CN) : '',
        })
        response.resume()
      },
    )
    sent.once('error', reject)
    sent.end()
  })
}

await t.test(
  'a renewed certificate counts from the next connection on, and a bad one leaves the old',
  needsOpenssl,
  async (t) => {
    const folder = newFolder(t)
    const [first, second] = [certificate(folder, 'first'), certificate(folder, 'second')]
    const { logger, lines } = rememberingLogger()
    const { server } = await aStatusServer(t, { tls: { ...first, clientCAFile: null }, logger })
    t.strictSame(await askTls(server.port), { code: 200, server: 'first' })
    writeFileSync(first.certFile, 'half a certif')
    await eventually(async () => {
      t.equal((await askTls(server.port)).server, 'first')
      return lines.some(({ level }) => level === 'warn')
    })
    t.equal(lines.filter(({ level }) => level === 'warn').length, 1, 'told once')
    writeFileSync(first.keyFile, readFileSync(second.keyFile))
    writeFileSync(first.certFile, readFileSync(second.certFile))
    await eventually(async () => (await askTls(server.port)).server === 'second')
    t.match(lines.at(-1), { level: 'info', phrase: 'files of the status server were read anew' })
  },
)

await t.test('with a client authority only its clients are answered', needsOpenssl, async (t) => {
  const folder = newFolder(t)
  const [server, friend, stranger] = ['server', 'friend', 'stranger'].map((name) => certificate(folder, name))
  const under = await aStatusServer(t, { tls: { ...server!, clientCAFile: friend!.certFile } })
  const as = ({ certFile, keyFile }: Certificate): RequestOptions => ({
    cert: readFileSync(certFile),
    key: readFileSync(keyFile),
  })
  t.match(await askTls(under.server.port, as(friend!)), { code: 200 })
  await t.rejects(askTls(under.server.port), 'without a certificate')
  await t.rejects(askTls(under.server.port, as(stranger!)), "with another's")
})

await t.test('without a port there is the socket alone', async (t) => {
  const socketPath = join(newFolder(t), 's.sock')
  const { server } = await aStatusServer(t, { port: 'none', socketPath })
  t.equal(server.port, 0)
  t.equal(await askSocket(socketPath), 200)
})

await t.test('tokens: one of the file’s lines, read anew when it changes; the socket needs none', async (t) => {
  const folder = newFolder(t)
  const tokenFile = join(folder, 'tokens')
  writeFileSync(tokenFile, '# ours\nfirst-token-0123456789\n')
  const socketPath = join(folder, 's.sock')
  const { server } = await aStatusServer(t, { tokenFile, socketPath })
  const code = async (authorization?: string, path = '/healthz'): Promise<number> => {
    const headers = authorization === undefined ? {} : { authorization }
    return (await fetch(`http://127.0.0.1:${server.port}${path}`, { headers })).status
  }
  t.equal(await code('Bearer first-token-0123456789'), 200)
  for (const wrong of [
    undefined,
    'Bearer',
    'Bearer x',
    'Bearer first-token-012345678',
    'Basic first-token-0123456789',
  ]) {
    t.equal(await code(wrong), 401, String(wrong))
  }
  t.equal(await code(undefined, '/nowhere'), 401, 'not even what is there is told')
  const refused = await fetch(`http://127.0.0.1:${server.port}/pods`)
  t.match(await refused.json(), { kind: 'Status', reason: 'Unauthorized', code: 401 })
  t.match(refused.headers.get('www-authenticate'), /^Bearer/)
  writeFileSync(tokenFile, 'second-token-0123456789\n')
  await eventually(async () => (await code('Bearer second-token-0123456789')) === 200)
  t.equal(await code('Bearer first-token-0123456789'), 401)
  rmSync(tokenFile)
  await new Promise((resolve) => setTimeout(resolve, 1100))
  t.equal(await code('Bearer second-token-0123456789'), 200, 'a file that is being replaced locks nobody out')
  t.equal(await askSocket(socketPath), 200)
})

await t.test('what cannot be used at the start is said at once', async (t) => {
  const folder = newFolder(t)
  const tokenFile = join(folder, 'tokens')
  const failing = (text: string | null): Promise<unknown> => {
    if (text !== null) writeFileSync(tokenFile, text)
    return aStatusServer(t, { tokenFile })
  }
  await t.rejects(failing(null), {
    code: 'ACCESS_FILE_UNUSABLE',
    message: /^cannot use .*tokens: ENOENT/,
    hint: /^mend the file, or name another: --token-file/,
  })
  await t.rejects(failing('# none\n'), { message: /: there is no token in it \("openssl rand -hex 32" makes one\)$/ })
  await t.rejects(failing('short\n'), {
    message: /: a token has 16 characters at least, and no blank inside \("openssl rand -hex 32" makes one\)$/,
  })
  writeFileSync(join(folder, 'x'), 'x')
  const tls = { certFile: join(folder, 'x'), keyFile: join(folder, 'x'), clientCAFile: null }
  await t.rejects(aStatusServer(t, { tls }), { code: 'ACCESS_FILE_UNUSABLE', message: /^cannot use .*x and .*x: / })
})

await t.test('/healthz has a port of its own, and a port that is taken is tried again', async (t) => {
  const { board, server } = await aStatusServer(t)
  const { logger, lines } = rememberingLogger()
  const taken = startHealthzServer({ board, port: server.port, logger })
  await eventually(() => lines.length > 0)
  t.match(lines, [{ level: 'warn', fields: { err: { code: 'PORT_IN_USE' } }, phrase: /no \/healthz on its own port/ }])
  await taken.close()
  const port = await freePort()
  const healthz = startHealthzServer({ board, port, logger })
  const ask = (path: string, headers = {}): Promise<number> =>
    fetch(`http://127.0.0.1:${port}${path}`, { headers }).then(
      ({ status }) => status,
      () => 0,
    )
  await eventually(async () => (await ask('/healthz')) === 200)
  const missing = await fetch(`http://127.0.0.1:${port}/pods`)
  t.match(
    [missing.status, await missing.json()],
    [404, { message: 'there is no /pods: there are /healthz, /livez, /readyz' }],
  )
  t.equal(await ask('/healthz', { origin: 'http://elsewhere' }), 403)
  board.whyStuck = 'pod a should have been looked at 70 s ago'
  t.equal(await ask('/healthz/syncloop'), 500)
  t.equal(await ask('/healthz/ping'), 200)
  await healthz.close()
  t.equal(await ask('/healthz'), 0)
})

function askSocket(socketPath: string): Promise<number> {
  return new Promise<number>((resolve, reject) => {
    httpRequest({ socketPath, path: '/healthz' }, (response) => resolve(response.resume().statusCode ?? 0))
      .once('error', reject)
      .end()
  })
}
