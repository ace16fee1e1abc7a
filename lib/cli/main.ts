/** From what was typed to an exit code. What only one command needs is loaded by that command. */

import { CommanderError } from 'commander'

import { CommandError } from './command-error.js'
import { verbs } from './commands/verbs.js'
import { exitCode } from './exit-code.js'
import { podkeepProgram } from './program.js'
import { printable } from './printable.js'
import { lookAround, type Surroundings } from './surroundings.js'
import { processTerminal, type Terminal } from './terminal.js'
import { plainWords } from './typed-words.js'
import { PodkeepError } from '../pod/index.js'
import { podkeepVersion } from './version.js'

/** @param argv as in process.argv: without its first two words, what was typed */
export async function main(argv: readonly string[]): Promise<number> {
  const terminal = processTerminal()
  const code = await carryOut(argv.slice(2), lookAround(), terminal)
  const loss = await terminal.written()
  if (loss === null) return code
  terminal.note(`podkeep: cannot write the output: ${loss.message}\n`)
  await terminal.written()
  return exitCode.unavailable
}

/** @returns the exit code; what went wrong is told already */
export async function carryOut(
  words: readonly string[],
  surroundings: Surroundings,
  terminal: Terminal,
): Promise<number> {
  let code: number = exitCode.ok
  const end = (ended: number): void => {
    code = ended
  }
  try {
    const program = await podkeepProgram({ surroundings, terminal, verbs, end }, podkeepVersion(), words)
    if (words.length === 0) program.outputHelp()
    else await program.parseAsync(plainWords(program, words), { from: 'user' })
    return code
  } catch (error) {
    return told(error, terminal)
  }
}

function told(error: unknown, terminal: Terminal): number {
  // commander has printed its message by itself; its code 0 is help and version that were asked for.
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCode.ok : exitCode.usage
  if (error instanceof CommandError) {
    const lines = error.message.split('\n').map(printable).join('\n')
    terminal.note(`podkeep: ${lines}\n${error.hint === null ? '' : `  hint: ${printable(error.hint)}\n`}`)
    return error.exitCode
  }
  if (error instanceof PodkeepError) {
    terminal.note(`podkeep: ${printable(error.message)}\n  hint: ${printable(error.hint)}\n`)
    return exitCode.unavailable
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error)
  terminal.note(`podkeep: this is a bug: ${stack}\n`)
  return exitCode.bug
}
