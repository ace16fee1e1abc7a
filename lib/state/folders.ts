/**
 * Makes a folder and those above it. Not by `recursive: true`, which on Node 20 tells a full disk as ENOENT and
 * sends a person looking for the wrong thing.
 */

import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'

import { codeOf } from './failure.js'

export async function makeFolders(path: string, mode: number): Promise<void> {
  try {
    await mkdir(path, { mode })
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return
    if (codeOf(error) !== 'ENOENT' || dirname(path) === path) throw error
    await makeFolders(dirname(path), mode)
    await makeFolders(path, mode)
  }
}
