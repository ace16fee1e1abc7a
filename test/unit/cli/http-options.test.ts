import t from 'tap'

import { checkHttp, type HttpConfig } from '../../../lib/cli/http-options.js'

const config: HttpConfig = {
  address: '127.0.0.1',
  port: 0,
  healthzPort: 0,
  tlsCertFile: null,
  tlsPrivateKeyFile: null,
  clientCAFile: null,
  tokenFile: null,
}
const tls = { tlsCertFile: '/c', tlsPrivateKeyFile: '/k' }

await t.test('listening beyond this machine demands TLS or a token', async (t) => {
  for (const address of ['0.0.0.0', '::', '192.0.2.1', '10.0.0.1']) {
    t.throws(() => checkHttp({ ...config, address }), {
      message: `--address: everybody who reaches ${address} could read what runs here`,
      hint: /^add --tls-cert-file and --tls-private-key-file .* or --token-file; or leave --address out$/,
      exitCode: 2,
    })
    t.doesNotThrow(() => checkHttp({ ...config, address, ...tls }))
    t.doesNotThrow(() => checkHttp({ ...config, address, tokenFile: '/t' }))
  }
  t.doesNotThrow(() => checkHttp({ ...config, address: '0.0.0.0', port: 'none' }), 'nobody reaches what is not there')
  for (const address of ['127.0.0.1', '127.1.2.3', '::1']) t.doesNotThrow(() => checkHttp({ ...config, address }))
})

await t.test('what belongs together comes together', async (t) => {
  const wrong: [Partial<HttpConfig>, string, string][] = [
    [{ tlsCertFile: '/c' }, '--tls-cert-file: a certificate needs its key', 'name it with --tls-private-key-file'],
    [
      { tlsPrivateKeyFile: '/k' },
      '--tls-private-key-file: a key needs its certificate',
      'name it with --tls-cert-file',
    ],
    [
      { clientCAFile: '/a' },
      '--client-ca-file: clients show certificates over TLS only',
      'add --tls-cert-file and --tls-private-key-file',
    ],
  ]
  for (const [fields, message, hint] of wrong)
    t.throws(() => checkHttp({ ...config, ...fields }), { message, hint }, message)
})
