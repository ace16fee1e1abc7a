/** The command line in this process: what is typed, and what it says. Its own status server answers it. */

import { carryOut } from '../../lib/cli/main.js'
import { around } from './surroundings.js'
import { recordingTerminal } from './terminal.js'

export interface Said {
  readonly code: number
  readonly out: string
  readonly err: string
}

export type Type = (...words: readonly string[]) => Promise<Said>

export function commandLine(
  env: Readonly<Record<string, string>>,
  { isInteractive = false, workingDirectory = '/somewhere' } = {},
): Type {
  return async (...words) => {
    const terminal = recordingTerminal(isInteractive)
    const code = await carryOut(words, around({ env, workingDirectory }), terminal)
    return { code, out: terminal.text, err: terminal.notes }
  }
}
