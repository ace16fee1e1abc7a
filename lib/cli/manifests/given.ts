/** What `-f` names: the documents of files, directories or standard input, checked. */

import { statSync } from 'node:fs'
import { join } from 'node:path'

import { decodeFile, singleDocuments, type DocumentText, type ManifestPolicy } from '../../manifest/index.js'
import { problemText, type Problem } from '../../pod/index.js'
import { lookAtDirectory, lookAtFile, lookAtName } from '../../source/index.js'
import { CommandError, usageError } from '../command-error.js'
import { exitCode } from '../exit-code.js'

export interface GivenDocument extends DocumentText {
  /** Where it came from; `-` is standard input. */
  readonly source: string
}

/** @throws CommandError with every problem there is */
export async function givenDocuments(
  paths: readonly string[],
  policy: ManifestPolicy,
  readInput: () => Promise<Uint8Array>,
): Promise<GivenDocument[]> {
  if (paths.length === 0) throw usageError('which manifests?', 'name a file, a directory or - with -f')
  const problems: Problem[] = []
  const documents: GivenDocument[] = []
  for (const path of paths) {
    for (const { name, bytes, problem } of await filesOf(path, readInput)) {
      if (problem !== null) {
        problems.push(problem)
        continue
      }
      problems.push(...decodeFile(name, bytes, policy).problems)
      documents.push(
        ...singleDocuments(Buffer.from(bytes).toString()).map((document) => ({ ...document, source: name })),
      )
    }
  }
  if (problems.length > 0) {
    throw new CommandError(exitCode.problem, `nothing is changed:\n  ${problems.map(problemText).join('\n  ')}`)
  }
  return documents.filter(({ objects }) => objects.length > 0)
}

interface GivenFile {
  readonly name: string
  readonly bytes: Uint8Array
  readonly problem: Problem | null
}

async function filesOf(path: string, readInput: () => Promise<Uint8Array>): Promise<GivenFile[]> {
  if (path === '-') return [{ name: '-', bytes: await readInput(), problem: null }]
  if (!isDirectory(path)) return [fileOf(path, lookAtFile(path))]
  const look = await lookAtDirectory(path)
  if (look.kind === 'unreadable') return [fileOf(path, { ...look, name: path })]
  return look.names.flatMap((name) => {
    const file = lookAtName(path, name)
    return file === null || file.kind === 'ignored' ? [] : [fileOf(join(path, name), file)]
  })
}

function fileOf(name: string, file: ReturnType<typeof lookAtFile>): GivenFile {
  if (file.kind === 'read') return { name, bytes: file.bytes, problem: null }
  const [message, suggestion] = file.kind === 'ignored' ? [file.reason, null] : [file.message, file.suggestion]
  const problem: Problem = { file: name, line: null, column: null, field: '', message, suggestion, pod: null }
  return { name, bytes: Buffer.alloc(0), problem }
}

function isDirectory(path: string): boolean {
  try {
    return statSync(path).isDirectory()
  } catch {
    // Reading it as a file tells what is wrong with it.
    return false
  }
}
