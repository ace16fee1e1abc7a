/** `podkeep complete`, for the shells: what may come in the place of the last word, one a line, with its meaning after a tab. */

import type { Command } from 'commander'

import { completions } from '../completions.js'
import { exitCode } from '../exit-code.js'
import type { Session } from '../verb.js'

export function declare(command: Command, session: Session): void {
  command
    .argument('[words...]', 'what was typed after "podkeep", the unfinished word last')
    .action(async (words: readonly string[]) => {
      const found = await completions(words, session)
      session.terminal.out(found.map(({ text, about }) => `${text}${about === '' ? '' : `\t${about}`}\n`).join(''))
      session.end(exitCode.ok)
    })
}
