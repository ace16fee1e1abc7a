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

export interface Watching {
  readonly out: () => string
  /** As who reads it goes. @returns the exit code */
  readonly leave: () => Promise<number>
}

/** What goes on until nobody reads it any more. */
export function watching(env: Readonly<Record<string, string>>, ...words: readonly string[]): Watching {
  const leaving = new AbortController()
  const terminal = recordingTerminal(false, leaving.signal)
  const ended = carryOut(words, around({ env }), terminal)
  const leave = (): Promise<number> => {
    leaving.abort()
    return ended
  }
  return { out: () => terminal.text, leave }
}
