/** Which podkeep ran last in the state folder that is meant, for commands that are typed while none runs. */

import { dirname } from 'node:path'

import { lastRun, type LastRun } from '../state/index.js'
import { resolveOption, runOptions, type Flags } from './run-options.js'
import { serverAddresses } from './server/address.js'
import type { Surroundings } from './surroundings.js'

/** null: none is remembered. */
export function rememberedRun(flags: Flags, surroundings: Surroundings): LastRun | null {
  for (const address of serverAddresses(flags, surroundings)) {
    const found = address.kind === 'socket' ? lastRun(dirname(address.path)) : null
    if (found !== null) return found
  }
  return null
}

/** Whose containers are meant where no podkeep tells. */
export function nodeMeant(flags: Flags, surroundings: Surroundings): string {
  const { nodeName } = runOptions
  const isNamed = flags['nodeName'] !== undefined || (surroundings.env[nodeName.variable] ?? '') !== ''
  const remembered = isNamed ? null : rememberedRun(flags, surroundings)
  return remembered?.nodeName ?? resolveOption(nodeName, flags, surroundings)
}
