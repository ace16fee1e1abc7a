/** The program that tests run: as it is shipped, unless only the compiler has run since. */

import { statSync } from 'node:fs'
import { join } from 'node:path'

import { checkout } from './checkout.js'

const shipped = join(checkout, 'dist/program/podkeep.js')
const compiled = join(checkout, 'dist/bin/podkeep.js')

export const program = changedMs(shipped) >= changedMs(join(checkout, 'dist/.tsbuildinfo')) ? shipped : compiled

function changedMs(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0
}
