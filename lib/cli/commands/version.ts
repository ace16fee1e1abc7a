/** `podkeep version`. */

import type { Command } from 'commander'

import { exitCode } from '../exit-code.js'
import type { Session } from '../verb.js'
import { podkeepVersion } from '../version.js'

export function declare(command: Command, { terminal, end }: Session): void {
  command.action(() => {
    terminal.out(`${podkeepVersion()}\n`)
    end(exitCode.ok)
  })
}
