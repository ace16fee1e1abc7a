/** The state folder's own name in the world: made once, kept in it. */

import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

import { codeOf } from '../disk/index.js'
import { stateError } from './failure.js'
import { writeWhole } from './whole-file.js'

const idFile = 'id'

/** The folder must be locked. A damaged id is replaced: what was made under it counts as made by somebody else. */
export async function folderId(directory: string): Promise<string> {
  const known = await readFile(join(directory, idFile), 'utf8').catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return ''
    throw stateError(`cannot read ${join(directory, idFile)}`, error)
  })
  if (/^[0-9a-f-]{36}\n$/.test(known)) return known.trim()
  const id = randomUUID()
  await writeWhole(directory, idFile, `${id}\n`)
  return id
}
