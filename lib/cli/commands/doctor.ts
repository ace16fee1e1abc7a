/** `podkeep doctor`: what may follow it, and how its findings are shown. */

import type { Command } from 'commander'

import type { Check, Health } from '../doctor/check.js'
import { exitCode } from '../exit-code.js'
import { addManifests, addServer } from '../options.js'
import { objectText, outputOption, type Format } from '../output/format.js'
import { printable } from '../printable.js'
import type { Flags } from '../run-options.js'
import type { Color, Paint } from '../terminal.js'
import type { Session } from '../verb.js'

const help = `
Looks at the engine, this machine and podkeep's folders, and says what to type where something is not well. Changes nothing.
Exit code 1 when something keeps pods from running as their manifests say.

Examples:
  podkeep doctor
  podkeep doctor -o json
`

export function declare(command: Command, { surroundings, terminal, end }: Session): void {
  addServer(addManifests(command))
    .addOption(outputOption(['json', 'yaml']))
    .addHelpText('after', help)
    .action(async (flags: Flags & { readonly output: Format }) => {
      const { examine } = await import('../doctor/doctor.js')
      const checks = await examine(flags, surroundings)
      terminal.out(objectText(flags.output, { checks }, []) ?? report(checks, terminal.paint))
      end(checks.some(({ health }) => health === 'bad') ? exitCode.problem : exitCode.ok)
    })
}

const words: Readonly<Record<Health, readonly [string, Color]>> = {
  good: ['ok  ', 'green'],
  poor: ['warn', 'yellow'],
  bad: ['BAD ', 'red'],
}

export function report(checks: readonly Check[], paint: Paint): string {
  const width = Math.max(0, ...checks.map(({ name }) => name.length))
  const lines = checks.map(({ name, health, finding, fix }) => {
    const [word, color] = words[health]
    const mend = fix === null ? '' : `${' '.repeat(width + 7)}fix: ${printable(fix)}\n`
    return `${paint(color, word)}  ${name.padEnd(width)} ${printable(finding)}\n${mend}`
  })
  const count = (health: Health): number => checks.filter((check) => check.health === health).length
  return `${lines.join('')}\n${count('good')} ok, ${count('poor')} to look at, ${count('bad')} bad\n`
}
