/** Something wrong with a manifest: a value that tells a person where to look and what to write. */

import type { PodKey } from './identity.js'

export interface Problem {
  /** The file's name inside the manifests directory. */
  readonly file: string
  /** 1-based; null when the problem is the file itself (unreadable, too large). */
  readonly line: number | null
  /** 1-based, in characters. */
  readonly column: number | null
  /** As a person would write it: `spec.containers[0].image`; empty for the whole document or file. */
  readonly field: string
  /** What is wrong and what was expected, without place and without suggestion. */
  readonly message: string
  /** What was probably meant, or what to write instead. */
  readonly suggestion: string | null
  /** The pod the document describes, when that much could be read. */
  readonly pod: PodKey | null
}

/** `web.yaml:12:7: spec.containers[0].imge: unknown field (did you mean "image"?)` */
export function problemText(problem: Problem): string {
  const place = [problem.file, problem.line, problem.column].filter((part) => part !== null).join(':')
  const field = problem.field === '' ? '' : `${problem.field}: `
  const suggestion = problem.suggestion === null ? '' : ` (${problem.suggestion})`
  return `${place}: ${field}${problem.message}${suggestion}`
}
