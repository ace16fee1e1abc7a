/** A verb of the command line. Its name and summary are always known; the rest is loaded when it is typed. */

import type { Command } from 'commander'

import type { Surroundings } from './surroundings.js'
import type { Terminal } from './terminal.js'

export interface Verb {
  readonly name: string
  readonly summary: string
  readonly group: VerbGroup
  /** The file of commands/ that says what may follow the verb, and does it. */
  readonly load: () => Promise<{ readonly declare: Declare }>
}

/** Under which the help lists it. */
export type VerbGroup = 'The program:' | 'Look:' | 'Reach into a container:' | 'Change:' | 'Help:' | 'For shells:'

export type Declare = (command: Command, session: Session) => void

/** What a command is given, and where it says how it ended. */
export interface Session {
  readonly surroundings: Surroundings
  readonly terminal: Terminal
  readonly verbs: readonly Verb[]
  /** @param code for a script: one of exit-code.ts, or what a command in a container ended with */
  readonly end: (code: number) => void
}
