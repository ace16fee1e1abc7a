/**
 * Paths of files in volumes made of objects. Source: ValidateLocalNonReservedPath; what the API server takes and the kubelet's
 * atomic_writer.go can never write is refused too, for the pod would wait for ever.
 */

import { report, type Findings } from './finding.js'
import { checkFilePath } from './text-rules.js'

const longestPath = 4096
const longestName = 255

export interface PathAt {
  readonly path: string
  readonly pointer: string
}

/** As the kubelet has it: `./a//b/` is a/b. Empty for a path that is only "." */
export function cleanPath(path: string): string {
  return path
    .split('/')
    .filter((name) => name !== '' && name !== '.')
    .join('/')
}

export function checkItemFilePath(findings: Findings, { path, pointer }: PathAt): void {
  checkFilePath(findings, pointer, path)
  const clean = cleanPath(path)
  if (clean === '') report(findings, pointer, 'must name a file', 'write the name that the file should have')
  else if (Buffer.byteLength(clean) > longestPath)
    report(findings, pointer, `must be no more than ${longestPath} bytes`)
  else if (clean.split('/').some((name) => Buffer.byteLength(name) > longestName))
    report(findings, pointer, `each name in it must be no more than ${longestName} bytes`)
}

/** Of all files of one volume: none may be where another needs a folder. */
export function checkPathsTogether(findings: Findings, places: readonly PathAt[]): void {
  const files = new Map<string, string>()
  const below = new Map<string, string>()
  for (const { path, pointer } of places) {
    const clean = cleanPath(path)
    const folders = foldersOf(clean)
    const file = folders.map((folder) => files.get(folder)).find((known) => known !== undefined)
    const other = below.get(clean) ?? file
    if (other !== undefined)
      report(findings, pointer, `conflicts with "${other}": what is a folder cannot be a file`, 'rename one of the two')
    files.set(clean, path)
    for (const folder of folders) below.set(folder, path)
  }
}

/** `a`, `a/b` of `a/b/c`. */
function foldersOf(path: string): string[] {
  const names = path.split('/')
  return names.slice(1).map((_, at) => names.slice(0, at + 1).join('/'))
}
