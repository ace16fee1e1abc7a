/** From what dockerode asks of its modem to what goes over the wire. Source: docker-modem's dial(). */

import type { Readable } from 'node:stream'

/** The part of docker-modem's DialOptions that dockerode's calls use. */
export interface DialOptions {
  /** Ends in `?` where dockerode wants `options` as the query. */
  readonly path: string
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly options?: DialArguments | null
  readonly authconfig?: Readonly<Record<string, unknown>> | null
  readonly file?: Buffer | Readable
  readonly isStream?: boolean
  /** The connection becomes the program's input and output. */
  readonly hijack?: boolean
  readonly abortSignal?: AbortSignal
  /** `true` for the answers that are success. */
  readonly statusCodes: Readonly<Record<number, string | boolean>>
}

export interface DialArguments {
  readonly _query?: Readonly<Record<string, unknown>>
  readonly _body?: unknown
  readonly abortSignal?: AbortSignal
  readonly [name: string]: unknown
}

export interface WireRequest {
  readonly method: string
  readonly path: string
  readonly headers: Record<string, string | number>
  readonly body: Buffer | null
}

/** @param apiVersion `1.41`, or null for the unversioned calls that come before one is agreed on */
export function wireRequest(dial: DialOptions, apiVersion: string | null): WireRequest {
  const method = dial.method ?? 'GET'
  const headers: Record<string, string | number> = { Host: 'docker', ...dial.headers }
  const body = bodyOf(dial, method)
  if (body !== null) {
    headers['Content-Type'] ??= dial.file === undefined ? 'application/json' : 'application/tar'
    headers['Content-Length'] = body.length
  } else if (dial.file !== undefined) {
    headers['Content-Type'] ??= 'application/tar'
  } else if (method !== 'GET') {
    headers['Content-Length'] = 0
  }
  if (dial.hijack === true) {
    headers['Connection'] = 'Upgrade'
    headers['Upgrade'] = 'tcp'
  }
  if (dial.authconfig) headers['X-Registry-Auth'] = padded(Buffer.from(JSON.stringify(dial.authconfig)))
  const prefix = apiVersion === null ? '' : `/v${apiVersion}`
  return { method, path: prefix + pathOf(dial), headers, body }
}

/** base64url with padding: without it Docker 20.10 takes the login for none. */
function padded(bytes: Buffer): string {
  const text = bytes.toString('base64url')
  return text.padEnd(Math.ceil(text.length / 4) * 4, '=')
}

function pathOf(dial: DialOptions): string {
  if (!dial.path.endsWith('?')) return dial.path
  const options = dial.options ?? {}
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(options._query ?? options)) {
    if (value === undefined || value === null || name === 'abortSignal' || name === '_body') continue
    query.append(name, typeof value === 'string' ? value : JSON.stringify(value))
  }
  const text = query.toString()
  return text === '' ? dial.path.slice(0, -1) : dial.path + text
}

function bodyOf(dial: DialOptions, method: string): Buffer | null {
  if (dial.file !== undefined) return Buffer.isBuffer(dial.file) ? dial.file : null
  if (method !== 'POST' || !dial.options) return null
  const { _query, _body, ...rest } = { ...dial.options, abortSignal: undefined }
  const value = _body ?? (_query === undefined ? rest : undefined)
  if (value === undefined) return null
  const text = JSON.stringify(value)
  return text === '{}' ? null : Buffer.from(text)
}
