/** One request to a podkeep: over the unix socket in its state folder, or at a URL. It settles with an answer, or with why there is none. */

import { request as plainRequest, type IncomingMessage, type RequestOptions } from 'node:http'
import { request as tlsRequest } from 'node:https'

import { hostOf, type ServerAddress } from './address.js'

export type Answer =
  | { readonly kind: 'answer'; readonly response: IncomingMessage }
  /** podkeep itself says no. */
  | { readonly kind: 'refusal'; readonly code: number; readonly message: string }
  /** Nothing is there, or not podkeep. */
  | { readonly kind: 'silence'; readonly why: string }

const patienceMs = 10_000

export function connect(
  address: ServerAddress,
  path: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  return new Promise((resolve) => {
    const silence = (error: Error): void => {
      resolve({ kind: 'silence', why: whyText(error) })
    }
    const question = requestOf(address, path, headers)
    const impatience = setTimeout(() => question.destroy(new SlowError()), patienceMs)
    question.on('response', (response) => {
      clearTimeout(impatience)
      if (response.statusCode === 200) resolve({ kind: 'answer', response })
      else {
        wholeText(response).then(
          (text) => resolve(refusalOf(response.statusCode ?? 0, text)),
          (error: unknown) => silence(error instanceof Error ? error : new Error(String(error))),
        )
      }
    })
    question.on('error', (error) => {
      clearTimeout(impatience)
      silence(error)
    })
    question.end()
  })
}

function requestOf(address: ServerAddress, path: string, more: Readonly<Record<string, string>>) {
  if (address.kind === 'socket') {
    return plainRequest({ socketPath: address.path, path, headers: { host: 'localhost', ...more }, agent: false })
  }
  const { url, access } = address
  const options: RequestOptions = {
    host: hostOf(url),
    port: url.port || (url.protocol === 'https:' ? 443 : 80),
    path: `${url.pathname.replace(/\/$/, '')}${path}`,
    headers: { ...(access.token !== null && { authorization: `Bearer ${access.token}` }), ...more },
    agent: false,
  }
  if (url.protocol === 'http:') return plainRequest(options)
  return tlsRequest({
    ...options,
    ...(access.authority !== null && { ca: access.authority }),
    ...(access.certificate !== null && { cert: access.certificate }),
    ...(access.key !== null && { key: access.key }),
  })
}

/** @throws when nothing comes for a while, or the connection breaks off */
export async function wholeText(response: IncomingMessage): Promise<string> {
  response.setTimeout(patienceMs, () => response.destroy(new SlowError()))
  const chunks: Buffer[] = []
  for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk)
  return Buffer.concat(chunks).toString('utf8')
}

/** podkeep refuses with a v1 Status; whatever else speaks HTTP there is somebody else. */
function refusalOf(code: number, text: string): Answer {
  try {
    const status = JSON.parse(text) as { kind?: unknown; message?: unknown } | null
    if (status?.kind === 'Status' && typeof status.message === 'string') {
      return { kind: 'refusal', code, message: status.message }
    }
  } catch {
    // Not podkeep's words, then.
  }
  return { kind: 'silence', why: `answered ${code}: ${text.slice(0, 300)}` }
}

class SlowError extends Error {
  readonly code = 'SLOW'
}

const noPermission = 'no permission: run this as the user podkeep runs as'
const noTls = 'it does not speak TLS: write http://'
const unknownSigner = 'nobody known has signed its certificate: name the authority with --certificate-authority'

const reasons = new Map([
  ['ENOENT', 'there is no such socket'],
  ['ECONNREFUSED', 'nothing listens there'],
  ['ENOTFOUND', 'there is no machine of that name'],
  ['EACCES', noPermission],
  ['EPERM', noPermission],
  ['SLOW', `no answer within ${patienceMs / 1000} s`],
  ['ECONNRESET', 'it hangs up; one with a certificate is asked with https://'],
  ['EPROTO', noTls],
  ['ERR_SSL_WRONG_VERSION_NUMBER', noTls],
  [
    'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED',
    'it wants to know who asks: name --client-certificate and --client-key, signed by its --client-ca-file',
  ],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', unknownSigner],
  ['SELF_SIGNED_CERT_IN_CHAIN', unknownSigner],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', unknownSigner],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', unknownSigner],
])

export function whyText(error: Error): string {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  return reasons.get(code) ?? error.message
}
