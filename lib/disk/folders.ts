/**
 * Makes a folder and those above it. Not by `recursive: true`, which on Node 20 tells a full disk as ENOENT and
 * sends a person looking for the wrong thing.
 */

import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'

import { codeOf } from './failure.js'

export async function makeFolders(path: string, mode: number): Promise<void> {
  try {
    await makeFolder(path, mode)
  } catch (error) {
    if (codeOf(error) !== 'ENOENT' || dirname(path) === path) throw error
    await makeFolders(dirname(path), mode)
    // Once: there are folders, /proc is one, that answer ENOENT whatever is made above.
    await makeFolder(path, mode)
  }
}

async function makeFolder(path: string, mode: number): Promise<void> {
  try {
    await mkdir(path, { mode })
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error
  }
}
