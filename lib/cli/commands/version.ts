/** `podkeep version`. */

import type { Command } from 'commander'

import { exitCode } from '../exit-code.js'
import { objectText, outputOption, type Format } from '../output/format.js'
import type { Session } from '../verb.js'
import { podkeepVersion } from '../version.js'

export function declare(command: Command, { terminal, end }: Session): void {
  command.addOption(outputOption(['json', 'yaml'])).action(({ output }: { readonly output: Format }) => {
    const version = podkeepVersion()
    terminal.out(objectText(output, { podkeep: version, node: process.version }, []) ?? `${version}\n`)
    end(exitCode.ok)
  })
}
