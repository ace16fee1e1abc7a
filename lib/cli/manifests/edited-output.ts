/** What became of objects, for programs. */

import type { ObjectName } from '../../manifest/index.js'
import { objectsOutput, type Format } from '../output/format.js'
import type { ObjectEdit } from './object-edit.js'

/** null: the format is for people. */
export function editedOutput(
  format: Format,
  objects: readonly ObjectName[],
  edits: ReadonlyMap<ObjectName, ObjectEdit | null>,
  more: object = {},
): string | null {
  const items = objects.map((object) => ({ ...object, ...more, edit: edits.get(object) ?? null }))
  const names = objects.map(({ kind, name }) => `${kind.toLowerCase()}/${name}`)
  return objectsOutput(format, items, names)
}
