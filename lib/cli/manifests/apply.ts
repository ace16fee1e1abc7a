/** Where documents that are applied go: into the place of what they replace, or into files of their own. */

import type { ObjectName } from '../../manifest/index.js'
import { CommandError } from '../command-error.js'
import { exitCode } from '../exit-code.js'
import type { GivenDocument } from './given.js'
import {
  manifestFile,
  placeOf,
  withDocument,
  withFiles,
  type ManifestFile,
  type ManifestsFolder,
} from './manifests-folder.js'
import { fileNameFor, objectText } from './object-name.js'

export interface Applied {
  readonly changes: ReadonlyMap<string, ManifestFile>
  readonly objects: readonly ObjectName[]
  /** In which file each stands then. */
  readonly files: ReadonlyMap<ObjectName, string>
}

export function applied(folder: ManifestsFolder, documents: readonly GivenDocument[]): Applied {
  const changes = new Map<string, ManifestFile>()
  const files = new Map<ObjectName, string>()
  let now = folder
  for (const { text, objects } of documents) {
    const [object] = objects
    if (object === undefined) continue
    const place = placeOf(now, object)
    const file = place === null ? newFile(now, object, text) : withDocument(place, text)
    files.set(object, file.name)
    const before = place?.file.text ?? null
    if (file.text !== before) changes.set(file.name, file)
    now = withFiles(now, new Map([[file.name, file]]))
  }
  return { changes, objects: [...files.keys()], files }
}

function newFile(folder: ManifestsFolder, object: ObjectName, text: string): ManifestFile {
  const name = fileNameFor(object, text)
  const whole = text.replace(/^---[ \t]*\n/, '')
  if (!folder.names.has(name) && !folder.files.has(name)) return manifestFile(name, ended(whole))
  const message = `${objectText(object)} would go into ${name}, which is there and does not speak of it`
  throw new CommandError(exitCode.problem, message, `rename or mend ${name} in ${folder.directory}`)
}

function ended(text: string): string {
  return text.endsWith('\n') ? text : `${text}\n`
}
