/** A thread of `podkeep validate`: checks the files it is told and hands back what was found. */

import { parentPort } from 'node:worker_threads'

import { checkNamed, type CheckedFile, type NamedFiles } from './checked-file.js'

export interface CheckTask extends NamedFiles {
  readonly id: number
}

export interface CheckAnswer {
  readonly id: number
  readonly checked: readonly CheckedFile[]
}

parentPort?.on('message', ({ id, ...files }: CheckTask) => {
  const answer: CheckAnswer = { id, checked: checkNamed(files) }
  parentPort?.postMessage(answer)
})
