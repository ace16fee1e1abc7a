/** The key of the digests on containers' labels: made once, kept in the state folder, readable by nobody else. */

import { createHash, randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

import { codeOf } from '../disk/index.js'
import type { DigestKey } from '../ports/index.js'
import { stateError } from './failure.js'
import { writeWhole } from './whole-file.js'

const keyFile = 'digest-key'

/** The folder must be locked. A damaged key is replaced: what was made under it counts as made by somebody else. */
export async function digestKey(directory: string): Promise<DigestKey> {
  const known = await readFile(join(directory, keyFile), 'utf8').catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return ''
    throw stateError(`cannot read ${join(directory, keyFile)}`, error)
  })
  if (/^[0-9a-f]{64}\n$/.test(known)) return keyOf(known.trim())
  const text = randomBytes(32).toString('hex')
  await writeWhole(directory, keyFile, `${text}\n`)
  return keyOf(text)
}

function keyOf(text: string): DigestKey {
  const id = createHash('sha256').update(`podkeep digest key ${text}`).digest('hex').slice(0, 12)
  return { id, bytes: new Uint8Array(Buffer.from(text, 'hex')) }
}
