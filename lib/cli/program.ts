/** The command line: its verbs, and the help that teaches it. What may follow a verb stands in its file of commands/. */

import { Command } from 'commander'

import { exitCodeHelp } from './exit-code.js'
import { folded } from './folded.js'
import type { Session } from './verb.js'

/** @param words what was typed: only verbs that are among them are loaded */
export async function podkeepProgram(session: Session, version: string, words: readonly string[]): Promise<Command> {
  const program = new Command('podkeep')
    .description(
      "Keeps the pods of a manifest directory running on a Docker Engine: the kubelet's standalone mode without Kubernetes.",
    )
    .version(version, '-V, --version')
    .showSuggestionAfterError()
    .showHelpAfterError('  hint: "podkeep help" tells what can be typed')
    .configureOutput({
      outputError: (text, write) => write(text.replace(/^error: /, 'podkeep: ')),
      writeOut: (text) => process.stdout.write(process.stdout.isTTY ? folded(text, process.stdout.columns) : text),
    })
    .addHelpText('after', `${firstSteps}\n\n${exitCodeHelp}\n`)
    .exitOverride()
  for (const verb of session.verbs) {
    const isHidden = verb.group === 'For shells:'
    const command = program.command(verb.name, { hidden: isHidden }).description(verb.summary).helpGroup(verb.group)
    if (words.includes(verb.name)) (await verb.load()).declare(command, session)
  }
  return program
}

const firstSteps = `
Examples:
  podkeep run --manifests ./pods         keep the pods of a directory running
  podkeep get pods                       what runs, as kubectl would show it
  podkeep describe pod web               everything about one of them
  podkeep logs -f web                    what it prints
  podkeep exec -it web -- sh             a shell in it
  podkeep diff web.yaml                  what this edit would restart, and why
  podkeep apply -f web.yaml              check it, and put it into the directory
  podkeep get manifests                  what is wrong with which file

"podkeep help VERB" explains each of them, with examples.`
