/** `podkeep validate`: what may follow it. */

import { Option, type Command } from 'commander'

import { exitCode } from '../exit-code.js'
import { addServer, optionOf } from '../options.js'
import { policyOptions, type Flags } from '../run-options.js'
import { policyInForce } from '../server/policy-in-force.js'
import type { Session } from '../verb.js'

const validateHelp = `
Prints each problem as file:line:column: field: what is wrong (what was probably meant). Exit code 0 when there is none, 1 when
there is one. What manifests may ask for is what the podkeep that runs was told; without one, or with the flag, what is said here.

Examples:
  podkeep validate /etc/podkeep/manifests
  podkeep validate web.yaml.new && mv web.yaml.new /etc/podkeep/manifests/web.yaml
  kubectl run web --image=nginx --dry-run=client -o yaml | podkeep validate -
`

export function declare(command: Command, { surroundings, terminal, end }: Session): void {
  for (const row of Object.values(policyOptions)) command.addOption(optionOf(row))
  addServer(command)
    .argument('<path...>', 'files, directories, or - for standard input')
    .option('-v, --verbose', 'list ignored files too')
    .addOption(new Option('-o, --output <format>', 'json').choices(['json']))
    .addHelpText('after', validateHelp)
    .action(async (paths: readonly string[], flags: Flags) => {
      const [{ validate }, { printValidation, validationJson }, { readInput }] = await Promise.all([
        import('../validate.js'),
        import('../validate-text.js'),
        import('../read-input.js'),
      ])
      const validation = await validate(paths, await policyInForce(flags, surroundings), readInput)
      if (flags['output'] === 'json') terminal.out(validationJson(validation))
      else printValidation(validation, flags['verbose'] === true, terminal)
      end(validation.problemCount === 0 ? exitCode.ok : exitCode.problem)
    })
}
