/** What a Secret of a well-known type must hold. Source: ValidateSecret. Nothing here repeats a value. */

import type { ConfigValue } from '../pod/index.js'
import { child, report, reportMissing, type Findings } from './finding.js'
import { nearest } from './field-names.js'
import { isObject, type Json } from './normal-form.js'
import { objectOf, textOf } from './shape.js'

const accountName = 'kubernetes.io/service-account.name'

interface Held {
  readonly type: string
  readonly entries: ReadonlyMap<string, ConfigValue>
  readonly pointer: string
}

/** With the part of the Secret that a reader looks for the key in. */
interface Placed extends Held {
  readonly part: 'data' | 'stringData'
}

const known = [
  'kubernetes.io/dockercfg',
  'kubernetes.io/dockerconfigjson',
  'kubernetes.io/basic-auth',
  'kubernetes.io/ssh-auth',
  'kubernetes.io/tls',
  'kubernetes.io/service-account-token',
  'bootstrap.kubernetes.io/token',
]

export function checkSecretType(findings: Findings, secret: Json, given: Held): void {
  const { type, pointer } = given
  const held: Placed = { ...given, part: partOf(secret) }
  switch (type) {
    case 'kubernetes.io/dockercfg':
      checkJson(findings, secret, held, '.dockercfg')
      return
    case 'kubernetes.io/dockerconfigjson':
      checkJson(findings, secret, held, '.dockerconfigjson')
      return
    case 'kubernetes.io/basic-auth':
      checkBasicAuth(findings, held)
      return
    case 'kubernetes.io/ssh-auth':
      if ((held.entries.get('ssh-privatekey')?.sizeBytes ?? 0) === 0) requires(findings, held, 'ssh-privatekey')
      return
    case 'kubernetes.io/tls':
      for (const key of ['tls.crt', 'tls.key']) if (!held.entries.has(key)) requires(findings, held, key)
      return
    case 'kubernetes.io/service-account-token':
      if ((textOf(objectOf(objectOf(secret, 'metadata'), 'annotations'), accountName) ?? '') === '')
        reportMissing(findings, child(`${pointer}/metadata/annotations`, accountName))
      return
    default:
      checkSpelling(findings, type, pointer)
  }
}

function partOf(secret: Json): Placed['part'] {
  return 'stringData' in secret && !('data' in secret) ? 'stringData' : 'data'
}

/** Any type is allowed; one that is nearly a known one is a slip, and would lose its checks. */
function checkSpelling(findings: Findings, type: string, pointer: string): void {
  if (known.includes(type) || type === 'Opaque') return
  if (type.toLowerCase() === 'opaque') {
    report(findings, `${pointer}/type`, 'is no type that Kubernetes knows', 'did you mean "Opaque"?')
    return
  }
  const domain = type.slice(0, type.indexOf('/') + 1)
  const isOwn = domain !== '' && !known.some((name) => name.startsWith(domain))
  const near = isOwn ? null : nearest(type, known)
  if (near !== null)
    report(findings, `${pointer}/type`, 'is no type that Kubernetes knows', `did you mean "${near.word}"?`)
}

function checkJson(findings: Findings, secret: Json, held: Placed, key: string): void {
  const value = held.entries.get(key)
  if (value === undefined) {
    requires(findings, held, key)
    return
  }
  if (isJsonObject(new TextDecoder().decode(value.reveal()))) return
  const part = key in objectOf(secret, 'stringData') ? 'stringData' : 'data'
  const place = child(`${held.pointer}/${part}`, key)
  report(findings, place, 'must be JSON', 'it is what docker login writes into config.json', 'key')
}

function isJsonObject(text: string): boolean {
  try {
    return isObject(JSON.parse(text))
  } catch {
    // The parser's own words quote the text.
    return false
  }
}

function checkBasicAuth(findings: Findings, held: Placed): void {
  if (held.entries.has('username') || held.entries.has('password')) return
  report(
    findings,
    `${held.pointer}/${held.part}`,
    'a Secret of type kubernetes.io/basic-auth needs the key username or password',
    null,
    'key',
  )
}

function requires(findings: Findings, { type, pointer, part }: Placed, key: string): void {
  report(findings, child(`${pointer}/${part}`, key), `a Secret of type ${type} needs this key`, null, 'key')
}
