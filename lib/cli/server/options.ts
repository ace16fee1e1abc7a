/** Which podkeep is asked, and how it knows who asks: options of every verb that asks one. The names are kubectl's. */

import { resolve } from 'node:path'

import type { OptionRow } from '../option-row.js'
import type { Surroundings } from '../surroundings.js'

export const serverRow: OptionRow<string | null> = {
  flag: '--server <url>',
  variable: 'PODKEEP_SERVER',
  meaning: 'ask there instead: https://box:10255, http://127.0.0.1:10255 or unix:///PATH',
  kubelet: null,
  defaultMeaning: 'the socket in the state folder',
  defaultValue: () => null,
  parse: (text) => text,
  expected: 'a URL',
}

export const accessRows = {
  tokenFile: fileRow('--token-file <file>', 'PODKEEP_TOKEN_FILE', 'of --server: the token it wants to see'),
  authority: fileRow(
    '--certificate-authority <file>',
    'PODKEEP_CERTIFICATE_AUTHORITY',
    'of --server: who signed its certificate (PEM), or the certificate itself',
  ),
  certificate: fileRow(
    '--client-certificate <file>',
    'PODKEEP_CLIENT_CERTIFICATE',
    'of --server: the certificate to show it (PEM)',
  ),
  key: fileRow('--client-key <file>', 'PODKEEP_CLIENT_KEY', 'the key of --client-certificate (PEM)'),
}

function fileRow(flag: string, variable: string, meaning: string): OptionRow<string | null> {
  return {
    flag,
    variable,
    meaning,
    kubelet: null,
    defaultMeaning: 'none',
    defaultValue: () => null,
    parse: (text: string, { workingDirectory }: Surroundings) => (text === '' ? null : resolve(workingDirectory, text)),
    expected: 'a file',
  }
}
