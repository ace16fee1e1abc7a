/** The command line: its verbs, and the help that teaches it. What may follow a verb stands in its file of commands/. */

import { Command } from 'commander'

import { verbs } from './commands/verbs.js'
import { exitCodeHelp } from './exit-code.js'
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
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'podkeep: ')) })
    .addHelpText('after', `${firstSteps}\n\n${exitCodeHelp}\n`)
    .exitOverride()
  for (const verb of verbs) {
    const command = program.command(verb.name).description(verb.summary).helpGroup(verb.group)
    if (words.includes(verb.name)) (await verb.load()).declare(command, session)
  }
  return program
}

const firstSteps = `
Examples:
  podkeep run                            keep the pods of the default directory running
  podkeep run --manifests ./pods         ... of another one
  podkeep validate ./pods                check manifests, no engine needed
  podkeep get pods                       what runs, as kubectl would show it
  podkeep get manifests                  what is wrong with which file

"podkeep help run" explains the settings.`
