/** Certificates that sign themselves, made by openssl. */

import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

const hasOpenssl = spawnSync('openssl', ['version']).status === 0

/** For tap. */
export const needsOpenssl = hasOpenssl ? {} : { skip: 'there is no openssl to make certificates with' }

export interface Certificate {
  readonly certFile: string
  readonly keyFile: string
}

/** @param address that it is for, too */
export function certificate(folder: string, name: string, address?: string): Certificate {
  const [certFile, keyFile] = [join(folder, `${name}.crt`), join(folder, `${name}.key`)]
  const what = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2']
  const names = address === undefined ? [] : ['-addext', `subjectAltName=IP:${address}`]
  const made = spawnSync('openssl', [...what, '-subj', `/CN=${name}`, ...names, '-keyout', keyFile, '-out', certFile])
  if (made.status !== 0) throw new Error(String(made.stderr))
  return { certFile, keyFile }
}
