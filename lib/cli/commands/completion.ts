/** `podkeep completion`: a script for the shell. */

import { Argument, type Command } from 'commander'

import { completionScript, shells, type Shell } from '../completion-script.js'
import { exitCode } from '../exit-code.js'
import type { Session } from '../verb.js'

const help = `
Load it now, or put it where the shell looks:
  source <(podkeep completion bash)
  podkeep completion bash > /etc/bash_completion.d/podkeep
  podkeep completion zsh > "\${fpath[1]}/_podkeep"
  podkeep completion fish > ~/.config/fish/completions/podkeep.fish
`

export function declare(command: Command, { terminal, end }: Session): void {
  command
    .addArgument(new Argument('<shell>', 'which shell').choices(shells))
    .addHelpText('after', help)
    .action((shell: Shell) => {
      terminal.out(completionScript(shell))
      end(exitCode.ok)
    })
}
