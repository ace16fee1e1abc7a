/** One plain call to a Docker Engine, for what happens before podkeep itself is built, and for tests. */

import { request } from 'node:http'

/**
 * @param {string} host as in DOCKER_HOST: `unix:///run/docker.sock` or `tcp://127.0.0.1:2375`
 * @returns {{ socketPath: string } | { host: string, port: number } | null} null for what this cannot reach (ssh, TLS)
 */
function addressOf(host) {
  if (host.startsWith('unix://')) return { socketPath: host.slice('unix://'.length) }
  if (!/^(tcp|http):\/\//.test(host) || process.env['DOCKER_TLS_VERIFY']) return null
  const url = new URL(host.replace(/^tcp:/, 'http:'))
  return { host: url.hostname, port: Number(url.port || 2375) }
}

/**
 * @param {string} host as in DOCKER_HOST
 */
export const canCall = (host) => addressOf(host) !== null

/**
 * @param {string} host as in DOCKER_HOST
 * @param {string} method
 * @param {string} path
 * @param {{ body?: Buffer | string, headers?: Record<string, string>, patienceMs?: number }} [options]
 * @returns {Promise<{ status: number, text: string }>} rejects when the engine does not answer
 */
export function engineCall(host, method, path, { body, headers = {}, patienceMs = 60_000 } = {}) {
  return new Promise((resolve, reject) => {
    const address = addressOf(host)
    if (address === null) return reject(new Error(`cannot call ${host} from here`))
    const options = { ...address, method, path, headers, agent: false, timeout: patienceMs }
    const call = request(options, (answer) => {
      let text = ''
      answer.setEncoding('utf8').on('data', (part) => (text += part))
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text }))
      answer.on('close', () => reject(new Error(`${host} broke off its answer to ${method} ${path}`)))
    })
    call.on('timeout', () => call.destroy(new Error(`${host} does not answer ${method} ${path}`)))
    call.on('error', reject)
    call.end(body)
  })
}

/**
 * Whether a Docker Engine answers there.
 * @param {string} host as in DOCKER_HOST
 */
export async function engineAnswers(host) {
  try {
    return (await engineCall(host, 'GET', '/_ping', { patienceMs: 5000 })).status === 200
  } catch {
    return false
  }
}
