/** Rows of the table of settings: where podkeep answers over HTTP, and to whom. */

import { isIP } from 'node:net'
import { resolve } from 'node:path'

import { usageError } from './command-error.js'
import type { OptionTable } from './option-row.js'
import type { Surroundings } from './surroundings.js'

export interface HttpConfig {
  readonly address: string
  /** 0: a free one. */
  readonly port: number | 'none'
  /** 0: none. */
  readonly healthzPort: number
  readonly tlsCertFile: string | null
  readonly tlsPrivateKeyFile: string | null
  readonly clientCAFile: string | null
  readonly tokenFile: string | null
}

export const httpRows: OptionTable<HttpConfig> = {
  address: {
    flag: '--address <ip>',
    variable: 'PODKEEP_ADDRESS',
    meaning: 'where the status server listens; beyond this machine only with --tls-cert-file or --token-file',
    kubelet: 'address',
    defaultMeaning: '127.0.0.1',
    defaultValue: () => '127.0.0.1',
    parse: (text) => (isIP(text) === 0 ? null : text),
    expected: 'an IP address',
  },
  port: {
    flag: '--port <number>',
    variable: 'PODKEEP_PORT',
    meaning:
      'port of the status server; 0 picks a free one, and the log says which; with none only the socket answers, as with readOnlyPort: 0 of a kubelet',
    kubelet: 'readOnlyPort',
    fromKubelet: (text) => (text === '0' ? 'none' : text),
    toKubelet: (port) => (port === 'none' ? 0 : port),
    defaultMeaning: '10255',
    defaultValue: () => 10_255,
    parse: (text) => (text === 'none' ? text : portNumber(text)),
    expected: 'a whole number from 0 to 65535, or none',
  },
  healthzPort: {
    flag: '--healthz-port <number>',
    variable: 'PODKEEP_HEALTHZ_PORT',
    meaning: 'port of /healthz alone, on 127.0.0.1; none, or 0, for none',
    kubelet: 'healthzPort',
    defaultMeaning: '10248',
    defaultValue: () => 10_248,
    parse: (text) => (text === 'none' ? 0 : portNumber(text)),
    expected: 'a whole number from 0 to 65535, or none',
  },
  tlsCertFile: fileRow(
    '--tls-cert-file <file>',
    'PODKEEP_TLS_CERT_FILE',
    'tlsCertFile',
    'certificate (PEM, with its chain) of the status server, which then speaks HTTPS; read anew when it changes',
  ),
  tlsPrivateKeyFile: fileRow(
    '--tls-private-key-file <file>',
    'PODKEEP_TLS_PRIVATE_KEY_FILE',
    'tlsPrivateKeyFile',
    'the key of that certificate (PEM)',
  ),
  // Not the kubelet's authentication.x509.clientCAFile, which guards another port: files of kubeadm have it, without a certificate.
  clientCAFile: fileRow(
    '--client-ca-file <file>',
    'PODKEEP_CLIENT_CA_FILE',
    null,
    'authorities (PEM) one of which must have signed the certificate of every client',
  ),
  tokenFile: fileRow(
    '--token-file <file>',
    'PODKEEP_TOKEN_FILE',
    null,
    'tokens of 16 characters at least, one a line, one of which every request to the port must carry (Authorization: Bearer ...); read anew when it changes',
  ),
}

/** @throws CommandError where the settings do not go together. */
export function checkHttp(config: HttpConfig): void {
  const { address, port, tlsCertFile, tlsPrivateKeyFile, clientCAFile, tokenFile } = config
  if (tlsCertFile !== null && tlsPrivateKeyFile === null) {
    throw usageError('--tls-cert-file: a certificate needs its key', 'name it with --tls-private-key-file')
  }
  if (tlsCertFile === null && tlsPrivateKeyFile !== null) {
    throw usageError('--tls-private-key-file: a key needs its certificate', 'name it with --tls-cert-file')
  }
  if (clientCAFile !== null && tlsCertFile === null) {
    throw usageError(
      '--client-ca-file: clients show certificates over TLS only',
      'add --tls-cert-file and --tls-private-key-file',
    )
  }
  if (port === 'none' || isLoopback(address) || tlsCertFile !== null || tokenFile !== null) return
  throw usageError(
    `--address: everybody who reaches ${address} could read what runs here`,
    'add --tls-cert-file and --tls-private-key-file (with --client-ca-file to know the clients), or --token-file; or leave --address out',
  )
}

export function isLoopback(address: string): boolean {
  return /^(127\.|::1$)/.test(address)
}

function fileRow(
  flag: string,
  variable: string,
  kubelet: string | null,
  meaning: string,
): OptionTable<HttpConfig>['tokenFile'] {
  return {
    flag,
    variable,
    meaning,
    kubelet,
    defaultMeaning: 'none',
    defaultValue: () => null,
    parse: (text: string, { workingDirectory }: Surroundings) => (text === '' ? null : resolve(workingDirectory, text)),
    expected: 'a file',
  }
}

function portNumber(text: string): number | null {
  return /^\d{1,5}$/.test(text) && Number(text) <= 65_535 ? Number(text) : null
}
