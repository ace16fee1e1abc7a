/**
 * Many files, several threads. The answer is the one a single thread would give, in the same order: only decoding is shared out,
 * what files say of each other is looked at afterwards.
 */

import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'

import type { CheckAnswer, CheckTask } from './check-worker.js'
import { checkNamed, type CheckedFile, type NamedFiles } from './checked-file.js'

/** A thread loads the program and warms up first: fewer files are done sooner without it. */
const filesWorthAThread = 500
const mostThreads = 8
const filesPerTask = 50
/** One in work, one waiting: no thread is idle while its answer travels. */
const tasksAhead = 2

export function threadsFor(fileCount: number): number {
  return Math.min(availableParallelism(), mostThreads, Math.floor(fileCount / filesWorthAThread))
}

export async function checkMany(files: NamedFiles, threads: number): Promise<readonly CheckedFile[]> {
  const tasks = tasksOf(files)
  const crew = Math.min(threads, tasks.length)
  if (crew < 2) return checkNamed(files)
  const answers: (readonly CheckedFile[])[] = []
  const waiting = tasks.values()
  const workers = Array.from({ length: crew }, () => new Worker(new URL('./check-worker.js', import.meta.url)))
  try {
    await Promise.all(workers.map((worker) => finish(worker, waiting, answers)))
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()))
  }
  return answers.flat()
}

function tasksOf({ names, ...files }: NamedFiles): CheckTask[] {
  return Array.from({ length: Math.ceil(names.length / filesPerTask) }, (_, id) => {
    return { ...files, id, names: names.slice(id * filesPerTask, (id + 1) * filesPerTask) }
  })
}

/** Resolves when nothing is waiting any more and the worker has answered all it was given. */
function finish(worker: Worker, waiting: Iterator<CheckTask>, answers: (readonly CheckedFile[])[]): Promise<void> {
  return new Promise((resolve, reject) => {
    let given = 0
    const give = (): void => {
      const next = waiting.next()
      if (next.done === true) return
      given++
      worker.postMessage(next.value)
    }
    worker.on('message', ({ id, checked }: CheckAnswer) => {
      answers[id] = checked
      given--
      give()
      if (given === 0) resolve()
    })
    worker.on('error', reject)
    worker.on('messageerror', reject)
    worker.on('exit', (code) => {
      reject(new Error(`a thread of validate ended by itself with code ${code}`))
    })
    for (let ahead = 0; ahead < tasksAhead; ahead++) give()
    if (given === 0) resolve()
  })
}
