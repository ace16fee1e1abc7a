/** `podkeep validate`: what may follow it. */

import { Option, type Command } from 'commander'

import { exitCode } from '../exit-code.js'
import { optionOf } from '../options.js'
import { policyOptions, resolvePolicy, type Flags } from '../run-options.js'
import type { Session } from '../verb.js'

const validateHelp = `
Prints each problem as file:line:column: field: what is wrong (what was probably meant). Exit code 0 when there is none, 1 when
there is one.

Examples:
  podkeep validate /etc/podkeep/manifests
  podkeep validate web.yaml.new && mv web.yaml.new /etc/podkeep/manifests/web.yaml
  kubectl run web --image=nginx --dry-run=client -o yaml | podkeep validate -
`

export function declare(command: Command, { surroundings, terminal, end }: Session): void {
  for (const row of Object.values(policyOptions)) command.addOption(optionOf(row))
  command
    .argument('<path...>', 'files, directories, or - for standard input')
    .option('-v, --verbose', 'list ignored files too')
    .addOption(new Option('-o, --output <format>', 'json').choices(['json']))
    .addHelpText('after', validateHelp)
    .action(async (paths: readonly string[], flags: Flags) => {
      const policy = resolvePolicy(flags, surroundings)
      const [{ validate }, { printValidation, validationJson }, { readInput }] = await Promise.all([
        import('../validate.js'),
        import('../validate-text.js'),
        import('../read-input.js'),
      ])
      const validation = await validate(paths, policy, readInput)
      if (flags['output'] === 'json') terminal.out(validationJson(validation))
      else printValidation(validation, flags['verbose'] === true, terminal)
      end(validation.problemCount === 0 ? exitCode.ok : exitCode.problem)
    })
}
