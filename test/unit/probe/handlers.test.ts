/** What is asked over the wire, and what the answers mean: against servers on loopback. */

import http from 'node:http'
import net from 'node:net'

import t, { type Test } from 'tap'

import {
  containerId,
  PodkeepError,
  type GrpcHandler,
  type HandlerAnswer,
  type HttpGetHandler,
  type ProbeHandler,
} from '../../../lib/pod/index.js'
import type { ExecResult, HandlerPlace } from '../../../lib/ports/index.js'
import { NetworkHandlers } from '../../../lib/probe/index.js'
import { closedPort, grpcServer, httpServer, httpsServer, listening } from '../../support/probe-servers.js'

const place = { id: containerId('one'), address: '127.0.0.1' }
const patienceMs = 30_000

function handlers(
  exec?: (command: readonly string[], timeoutMs: number | null) => Promise<ExecResult>,
): NetworkHandlers {
  return new NetworkHandlers({
    exec: (_id, command, timeoutMs) => exec?.(command, timeoutMs) ?? Promise.reject(new Error('no exec here')),
  })
}

function ask(handler: ProbeHandler, timeoutMs = patienceMs, at: HandlerPlace = place): Promise<HandlerAnswer> {
  return new Promise((resolve) => handlers().ask(handler, at, timeoutMs, resolve))
}

function get(port: number, fields: Partial<HttpGetHandler> = {}): HttpGetHandler {
  return { kind: 'httpGet', path: '/', port, host: null, scheme: 'HTTP', headers: [], ...fields }
}

await t.test('httpGet', async (t) => {
  await t.test('TestHTTPProbeChecker: 200 to 399 is success, anything else is not', async (t) => {
    const { port } = await httpServer(t, (request, response) => {
      response.writeHead(Number(request.url?.slice(1))).end('body')
    })
    for (const status of [200, 204, 299, 304, 399]) {
      t.match(await ask(get(port, { path: `/${status}` })), { result: 'success' }, `${status}`)
    }
    for (const status of [400, 404, 500, 503]) {
      t.same(await ask(get(port, { path: `/${status}` })), {
        result: 'failure',
        message: `HTTP probe failed with statuscode: ${status}`,
      })
    }
  })

  await t.test('TestHTTPProbeProxy: the environment’s proxies are not used', async (t) => {
    const proxy = await httpServer(t, (_request, response) => response.writeHead(500).end())
    const { port } = await httpServer(t, (_request, response) => response.end())
    const names = ['http_proxy', 'HTTP_PROXY', 'all_proxy', 'ALL_PROXY', 'NODE_USE_ENV_PROXY']
    for (const name of names) process.env[name] = name === 'NODE_USE_ENV_PROXY' ? '1' : `http://127.0.0.1:${proxy.port}`
    t.teardown(() => names.forEach((name) => Reflect.deleteProperty(process.env, name)))
    t.match(await ask(get(port)), { result: 'success' })
    t.equal(proxy.connections(), 0)
  })

  await t.test('it asks as the kubelet does', async (t) => {
    const seen = await requestSeen(t, {})
    t.equal(seen.method, 'GET')
    t.match(seen.headers['user-agent'], /^kube-probe\//)
    t.match(seen.headers, { accept: '*/*', connection: 'close', host: /^127\.0\.0\.1:\d+$/ })
    t.equal(seen.headers['accept-encoding'], undefined)
  })

  await t.test('headers of one’s own replace the defaults; an empty one takes them away', async (t) => {
    const seen = await requestSeen(t, {
      headers: [
        { name: 'Host', value: 'shop.example' },
        { name: 'user-agent', value: 'mine' },
        { name: 'Accept', value: '' },
        { name: 'X-Twice', value: 'a' },
        { name: 'X-Twice', value: 'b' },
        { name: 'Content-Length', value: '5' },
      ],
    })
    t.match(seen.headers, { host: 'shop.example', 'user-agent': 'mine', 'x-twice': 'a, b' })
    t.equal(seen.headers.accept, undefined)
    t.equal(seen.headers['content-length'], undefined)
  })

  await t.test('TestFormatURL: the path may have a query, need not begin with a slash, and is escaped', async (t) => {
    const cases = {
      '/health?x=1&y=%20': '/health?x=1&y=%20',
      health: '/health',
      '': '/',
      '/path#fragment': '/path',
      '/ü b': '/%C3%BC%20b',
      '//elsewhere.example/path': '/path',
      'http://elsewhere.example/path?q': '/path?q',
    }
    for (const [path, url] of Object.entries(cases)) t.equal((await requestSeen(t, { path })).url, url)
  })

  await t.test('TestHTTPProbeChecker_HostHeaderPreservedAfterRedirect', async (t) => {
    const hosts: (string | undefined)[] = []
    const { port } = await httpServer(t, (request, response) => {
      hosts.push(request.headers.host)
      const location = { '/relative': '/end', '/absolute': `http://127.0.0.1:${port}/end` }[request.url ?? '']
      if (location === undefined) response.end()
      else response.writeHead(302, { Location: location }).end()
    })
    const headers = [{ name: 'Host', value: 'shop.example' }]
    t.match(await ask(get(port, { path: '/relative', headers })), { result: 'success', message: '' })
    t.match(await ask(get(port, { path: '/absolute', headers })), { result: 'success', message: '' })
    t.same(hosts, ['shop.example', 'shop.example', 'shop.example', `127.0.0.1:${port}`])
  })

  await t.test('TestHTTPTooLargeResponse, TestHTTPProbeChecker_RedirectsTo: redirects', async (t) => {
    const elsewhere = await httpServer(t, (_request, response) => response.writeHead(500).end())
    const secure = await httpsServer(t, (_request, response) => response.end())
    const served = await httpServer(t, (request, response) => {
      const path = request.url ?? ''
      const [, kind, rest] = path.split('/')
      if (kind === 'bad') response.writeHead(500).end()
      else if (kind === 'to') response.writeHead(301, { Location: decodeURIComponent(rest ?? '') }).end()
      else if (kind === 'bare') response.writeHead(302).end()
      else if (kind === 'loop') response.writeHead(307, { Location: '/loop' }).end()
      else response.end()
    })
    const to = (location: string) => ask(get(served.port, { path: `/to/${encodeURIComponent(location)}` }))
    t.match(await to('/good'), { result: 'success', message: '' }, 'followed on the same host')
    t.match(await to('/bad'), { result: 'failure', message: /statuscode: 500/ })
    t.match(await to(`https://127.0.0.1:${secure.port}/`), { result: 'success', message: '' }, 'also to another port')
    const other = await to(`http://localhost:${elsewhere.port}/`)
    t.match(other, { result: 'success', message: /^Probe terminated redirects/ }, 'to another host it is a warning')
    t.equal(elsewhere.connections(), 0)
    t.match(await ask(get(served.port, { path: '/bare' })), { result: 'success' }, 'one that leads nowhere')
    const before = served.connections()
    t.match(await ask(get(served.port, { path: '/loop' })), {
      result: 'failure',
      message: /stopped after 10 redirects/,
    })
    t.equal(served.connections() - before, 10)
  })

  await t.test('HTTPS: certificates are not verified, and the name is not sent where there is none', async (t) => {
    const names: unknown[] = []
    const { port } = await httpsServer(t, (request, response) => {
      names.push((request.socket as { servername?: unknown }).servername)
      response.end()
    })
    const headers = [{ name: 'Host', value: 'shop.example' }]
    t.match(await ask(get(port, { scheme: 'HTTPS', headers })), { result: 'success' })
    t.match(await ask(get(port, { scheme: 'HTTPS', host: 'localhost' })), { result: 'success' })
    t.same(names, [false, 'localhost'])
  })

  await t.test('TestHTTPProbeChecker_Timeout: the time is for the whole answer', async (t) => {
    const { port } = await httpServer(t, (request, response) => {
      if (request.url === '/silent') return
      response.writeHead(200)
      response.write('something, and then nothing more')
    })
    for (const path of ['/silent', '/slow']) {
      t.match(await ask(get(port, { path }), 200), { result: 'failure', message: /no answer within 0\.2 s/ }, path)
    }
  })

  await t.test('TestHTTPProbeChecker_PayloadTruncated: a body without an end is read up to 10 KiB', async (t) => {
    const { port } = await httpServer(t, (_request, response) => {
      const more = setInterval(() => response.write('x'.repeat(1024)), 1)
      response.on('close', () => clearInterval(more))
    })
    t.match(await ask(get(port)), { result: 'success' })
  })

  await t.test('no answer, a broken one and one that is none are failures that say what happened', async (t) => {
    const port = await closedPort()
    t.match(await ask(get(port)), { result: 'failure', message: /^Get "http:\/\/127\.0\.0\.1:\d+\/": .*ECONNREFUSED/ })
    for (const words of ['', 'no http at all\r\n\r\n', 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort']) {
      const broken = await listening(
        t,
        net.createServer((socket) => socket.end(words)),
      )
      t.match(await ask(get(broken.port)), { result: 'failure', message: /^Get "/ }, JSON.stringify(words))
    }
    const plain = await httpServer(t, (_request, response) => response.end())
    t.match(await ask(get(plain.port, { scheme: 'HTTPS' })), { result: 'failure', message: /without TLS/ })
    t.match(await ask(get(port, { headers: [{ name: 'X', value: 'new\nline' }] })), {
      result: 'failure',
      message: /header/i,
    })
    t.match(await ask(get(port, { host: 'no-such-host.invalid' })), { result: 'failure' })
  })

  await t.test('an answer that breaks small rules of HTTP is still an answer', async (t) => {
    const { port } = await listening(
      t,
      net.createServer((socket) => {
        socket.once('data', () =>
          socket.end(
            'HTTP/1.1 200 OK\r\nX-Odd: a\u0001b\r\nTransfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n0\r\n\r\n',
          ),
        )
      }),
    )
    t.match(await ask(get(port)), { result: 'success' })
  })

  await t.test('what was given up says nothing more', async (t) => {
    let gone = 0
    const { port } = await httpServer(t, (request) => request.on('close', () => (gone += 1)))
    const connected = new Promise<void>((resolve) => {
      const giveUp = handlers().ask(get(port), place, patienceMs, () => t.fail('it was given up'))
      setTimeout(() => {
        giveUp()
        resolve()
      }, 200)
    })
    await connected
    await until(() => gone === 1)
  })
})

await t.test('TestTcpHealthChecker', async (t) => {
  const { port } = await listening(t, net.createServer())
  t.match(await ask({ kind: 'tcpSocket', port, host: null }), { result: 'success' })
  t.match(await ask({ kind: 'tcpSocket', port, host: '127.0.0.1' }, patienceMs, { ...place, address: '127.9.9.9' }), {
    result: 'success',
  })
  const refused = { result: 'failure', message: /ECONNREFUSED/ }
  t.match(await ask({ kind: 'tcpSocket', port: await closedPort(), host: null }), refused)
})

await t.test('without an address yet nobody can be asked, which says nothing', async (t) => {
  const nowhere = { ...place, address: null }
  for (const handler of [get(1), { kind: 'tcpSocket', port: 1, host: null }, grpc(1)] as const) {
    t.match(await ask(handler, patienceMs, nowhere), { result: 'unknown', message: /no address/ })
  }
})

await t.test(
  'TestProbe: a port by a name that no port of the container has cannot be asked, and says so',
  async (t) => {
    const message = 'no port of the container is called "web"'
    t.same(await ask({ ...get(1), port: 'web' }), { result: 'unknown', message })
    t.same(await ask({ kind: 'tcpSocket', port: 'web', host: null }), { result: 'unknown', message })
    t.same(await handlers().runHook({ ...get(1), port: 'web' }, place, null), { result: 'failure', message })
  },
)

function grpc(port: number, service = ''): GrpcHandler {
  return { kind: 'grpc', port, service }
}

await t.test('TestGrpcProber_Probe', async (t) => {
  const framed = (...bytes: number[]): Buffer => Buffer.from([0, 0, 0, 0, bytes.length, ...bytes])
  await t.test('only SERVING is success', async (t) => {
    const cases: readonly (readonly [Buffer, string])[] = [
      [framed(8, 1), 'success'],
      [framed(0x12, 2, 65, 65, 8, 1), 'success'],
      [framed(8, 2), 'failure'],
      [framed(8, 3), 'failure'],
      [framed(), 'failure'],
      [framed(8), 'failure'],
      [Buffer.alloc(0), 'failure'],
    ]
    for (const [message, result] of cases) {
      const { port } = await grpcServer(t, () => ({ message, grpcStatus: 0 }))
      t.match(await ask(grpc(port)), { result }, message.toString('hex'))
    }
    const { port } = await grpcServer(t, () => ({ message: framed(8, 2), grpcStatus: 0 }))
    t.match(await ask(grpc(port)), { message: 'service unhealthy (responded with "NOT_SERVING")' })
  })

  await t.test('it asks the health service for the service, also for one with a long name', async (t) => {
    const asked: [string, Buffer][] = []
    const { port } = await grpcServer(t, (path, message) => {
      asked.push([path, message])
      return { message: framed(8, 1), grpcStatus: 0 }
    })
    const long = 'x'.repeat(300)
    for (const service of ['', 'readiness', long]) t.match(await ask(grpc(port, service)), { result: 'success' })
    t.same([...new Set(asked.map(([path]) => path))], ['/grpc.health.v1.Health/Check'])
    const messages = asked.map(([, message]) => message)
    t.same(messages[0], framed())
    t.same(messages[1], framed(10, 9, ...Buffer.from('readiness')))
    t.same(messages[2]?.subarray(5, 8), Buffer.from([10, 0xac, 0x02]))
    t.equal(messages[2]?.readUInt32BE(1), 303)
  })

  await t.test('an error of the server, none at all, and what is no gRPC are failures', async (t) => {
    const unknown = await grpcServer(t, () => ({ message: null, grpcStatus: 5 }))
    t.match(await ask(grpc(unknown.port)), {
      result: 'failure',
      message: 'health rpc failed with status 5: in its own words',
    })
    const none = await grpcServer(t, () => ({ message: null, grpcStatus: 12 }))
    t.match(await ask(grpc(none.port)), { result: 'failure', message: /does not implement the grpc health protocol/ })
    t.match(await ask(grpc(await closedPort())), { result: 'failure', message: /ECONNREFUSED/ })
    const plain = await listening(
      t,
      http.createServer((_request, response) => response.end()),
    )
    t.match(await ask(grpc(plain.port)), { result: 'failure' })
    const silent = await listening(t, net.createServer())
    t.match(await ask(grpc(silent.port), 200), { result: 'failure', message: /no answer within 0\.2 s/ })
    const closing = await listening(
      t,
      net.createServer((socket) => socket.end()),
    )
    t.match(await ask(grpc(closing.port)), { result: 'failure', message: /closed/ })
  })
})

await t.test('TestExec', async (t) => {
  const exec = (ended: ExecResult | PodkeepError): Promise<HandlerAnswer> =>
    new Promise((resolve) => {
      const runner = handlers(() => (ended instanceof PodkeepError ? Promise.reject(ended) : Promise.resolve(ended)))
      runner.ask({ kind: 'exec', command: ['is', 'it well'] }, place, 1000, resolve)
    })
  t.same(await exec({ exitCode: 0, output: 'fine' }), { result: 'success', message: '' })
  t.same(await exec({ exitCode: 1, output: 'not\n' }), {
    result: 'failure',
    message: 'command ["is","it well"] ended with exit code 1: not',
  })
  t.match(await exec({ exitCode: 126, output: 'not found' }), { result: 'failure' })
  t.match(await exec({ exitCode: null, output: '' }), { result: 'failure', message: /not ended within 1 s$/ })
  const away = new PodkeepError('ENGINE_UNREACHABLE', 'the engine is away')
  t.same(await exec(away), { result: 'unknown', message: 'the engine is away' })
})

await t.test('hooks', async (t) => {
  const hook = (handler: HttpGetHandler, timeoutMs: number | null = null) =>
    handlers().runHook(handler, place, timeoutMs)

  await t.test('TestRunHandlerHttp, TestRunHandlerHttpFailure: any answer is success, none is not', async (t) => {
    const { port } = await httpServer(t, (_request, response) => response.writeHead(500).end())
    t.match(await hook(get(port)), { result: 'success' })
    t.match(await hook(get(await closedPort())), { result: 'failure', message: /ECONNREFUSED/ })
  })

  await t.test('TestRunHTTPHandler: it says who it is', async (t) => {
    const agents: unknown[] = []
    const { port } = await httpServer(t, (request, response) => {
      agents.push(request.headers['user-agent'])
      response.end()
    })
    await hook(get(port))
    t.match(agents, [/^kube-lifecycle\//])
  })

  await t.test('TestRunHandlerHttpsFailureFallback: a server without TLS is asked again without', async (t) => {
    let asked = 0
    const { port } = await httpServer(t, (_request, response) => {
      asked += 1
      response.end()
    })
    t.match(await hook(get(port, { scheme: 'HTTPS' })), { result: 'success' })
    t.equal(asked, 1)
  })

  await t.test('a limit holds for the whole hook; without one it takes as long as it takes', async (t) => {
    const { port } = await httpServer(t, (_request, response) => void setTimeout(() => response.end(), 700))
    t.match(await hook(get(port), 200), { result: 'failure', message: /no answer within 0\.2 s/ })
    t.match(await hook(get(port), null), { result: 'success' })
  })

  await t.test('TestRunHandlerExec: the exit code decides', async (t) => {
    const limits: (number | null)[] = []
    const runner = handlers(async (command, timeoutMs) => {
      limits.push(timeoutMs)
      return { exitCode: command[0] === 'good' ? 0 : 2, output: '' }
    })
    t.match(await runner.runHook({ kind: 'exec', command: ['good'] }, place, null), { result: 'success' })
    t.match(await runner.runHook({ kind: 'exec', command: ['bad'] }, place, 50), { result: 'failure' })
    t.same(limits, [null, 50])
  })
})

async function requestSeen(t: Test, fields: Partial<HttpGetHandler>): Promise<http.IncomingMessage> {
  let seen: http.IncomingMessage | null = null
  const { port } = await httpServer(t, (request, response) => {
    seen = request
    response.end()
  })
  t.match(await ask(get(port, fields)), { result: 'success' })
  return seen!
}

async function until(holds: () => boolean): Promise<void> {
  for (const giveUpMs = Date.now() + patienceMs; !holds();) {
    if (Date.now() > giveUpMs) throw new Error('waited in vain')
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
