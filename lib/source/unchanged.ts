/**
 * Which of the listed names must be read again. Files that have the stamp they had are not read, so a rescan of a quiet
 * directory costs one stat per manifest. Two at a time: should the file system hang, the rest of the thread pool goes on.
 */

import type { BigIntStats } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'

import type { ListedName } from './directory.js'
import { whyNotManifestName } from './file-name.js'
import { stampOf, type FileReading } from './read-file.js'

const atOnce = 2

export async function changedNames(
  directory: string,
  listed: readonly ListedName[],
  entries: ReadonlyMap<string, FileReading>,
  isStopped: () => boolean,
): Promise<string[]> {
  const changed = new Set<string>()
  const remaining = listed.values()
  const check = async (): Promise<void> => {
    for (const item of remaining) {
      if (isStopped()) return
      if (await mayHaveChanged(directory, item, entries.get(item.name))) changed.add(item.name)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, check))
  return listed.map(({ name }) => name).filter((name) => changed.has(name))
}

async function mayHaveChanged(directory: string, item: ListedName, known: FileReading | undefined): Promise<boolean> {
  if (known === undefined) return true
  if (whyNotManifestName(item.name) !== null) return known.isFolder !== item.isFolder
  if (known.stamp === null) return true
  const stats = await statOrNull(join(directory, item.name))
  return stats === null || stampOf(stats) !== known.stamp
}

/** null sends the name on to be looked at closely, which finds out what is wrong with it. */
function statOrNull(path: string): Promise<BigIntStats | null> {
  return stat(path, { bigint: true }).catch(() => null)
}
