/** A manifests directory in a folder of its own, watched, with what the source said of it. */

import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import type { Test } from 'tap'

import type { DirectoryScan } from '../../../lib/ports/index.js'
import { DirectorySource, type DirectorySourceOptions } from '../../../lib/source/index.js'
import { silentLogger } from '../../support/logger.js'

export interface Watched {
  readonly directory: string
  readonly outside: string
  readonly scans: DirectoryScan[]
  readonly source: DirectorySource
  path(name: string): string
  /** The newest scan, by name: contents of what was read, `kind: words` of the rest. */
  now(): Record<string, string>
  until(what: string, condition: () => boolean): Promise<void>
  /** Every content a file ever had. */
  history(name: string): string[]
}

export async function watched(
  t: Test,
  prepare?: (directory: string) => void,
  options?: Partial<DirectorySourceOptions>,
): Promise<Watched> {
  const outside = mkdtempSync(join(tmpdir(), 'podkeep-source-'))
  const directory = options?.directory ?? join(outside, 'manifests')
  if (prepare === undefined) mkdirSync(directory)
  else prepare(directory)
  const scans: DirectoryScan[] = []
  const source = new DirectorySource({ directory, logger: silentLogger, ...options })
  t.teardown(async () => {
    await source.close()
    rmSync(outside, { recursive: true, force: true })
  })
  await source.start((scan) => scans.push(scan))
  const until = async (what: string, condition: () => boolean): Promise<void> => {
    const deadline = performance.now() + 15_000
    while (!condition()) {
      if (performance.now() > deadline)
        throw new Error(`${what}; the newest scan is ${JSON.stringify(seen(scans.at(-1))).slice(0, 300)}`)
      await delay(2)
    }
  }
  const history = (name: string): string[] =>
    scans.map((scan) => seen(scan)[name] ?? 'none').filter((text, index, all) => text !== all[index - 1])
  const result: Watched = {
    directory,
    outside,
    scans,
    source,
    until,
    history,
    path: (name) => join(directory, name),
    now: () => seen(scans.at(-1)),
  }
  return result
}

function seen(scan: DirectoryScan | undefined): Record<string, string> {
  if (scan === undefined) return {}
  if (scan.kind === 'unreadable') return { '': scan.message }
  return Object.fromEntries(
    scan.files.map((file) => {
      if (file.kind === 'read') return [file.name, Buffer.from(file.bytes).toString()]
      return [file.name, `${file.kind}: ${file.kind === 'ignored' ? file.reason : file.message}`]
    }),
  )
}

export function renameInto(w: Watched, name: string, text: string): void {
  const temporary = join(w.outside, `temporary-${name}`)
  writeFileSync(temporary, text)
  renameSync(temporary, w.path(name))
}

export const old = new Date('2020-01-01')
export function oldFile(path: string, text: string): void {
  writeFileSync(path, text)
  utimesSync(path, old, old)
}

/** Beside this process, so that the source sees every step. */
export async function shell(w: Watched, command: string): Promise<void> {
  await promisify(execFile)('/bin/sh', ['-c', command], { cwd: w.directory })
}
