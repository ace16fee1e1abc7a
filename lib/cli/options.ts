/** Options that several verbs have. */

import { Option, type Command } from 'commander'

import { usageError } from './command-error.js'
import type { OptionRow } from './option-row.js'
import { rootDirectoryRow, runOptions, type Flags } from './run-options.js'
import { accessRows, serverRow } from './server/options.js'

export function optionOf({ flag, meaning, defaultMeaning, variable, kubelet }: OptionRow<unknown>): Option {
  const known = kubelet === null ? '' : `; kubelet: ${kubelet}`
  return new Option(flag, `${meaning}  [default: ${defaultMeaning}; env ${variable}${known}]`)
}

/** Which podkeep is asked. */
export function addServer(command: Command): Command {
  for (const row of [rootDirectoryRow, serverRow, ...Object.values(accessRows)]) command.addOption(optionOf(row))
  return command
}

export function addNamespace(command: Command): Command {
  return command.option('-n, --namespace <namespace>', 'only this namespace (default: all)')
}

export function addContainer(command: Command): Command {
  return command.option('-c, --container <name>', 'this container (default: the first)')
}

export function addSelector(command: Command): Command {
  return command.option('-l, --selector <labels>', 'only pods with these labels: app=web,tier!=back,"env in (a,b)"')
}

export function addFiles(command: Command): Command {
  const all: string[] = []
  return command.option(
    '-f, --filename <path>',
    'a file, a directory, or - for standard input; several times',
    (path) => {
      all.push(path)
      return all
    },
  )
}

export function addManifests(command: Command): Command {
  const { flag, meaning } = runOptions.manifestsDirectory
  return command.option(flag, `${meaning}  [default: that of the podkeep that runs]`)
}

export function listOption(flags: Readonly<Record<string, unknown>>, name: string): readonly string[] {
  const value = flags[name]
  return Array.isArray(value) ? (value as readonly string[]) : []
}

/** null: not given. */
export function textOption(flags: Flags, name: string): string | null {
  const value = flags[name]
  return typeof value === 'string' && value !== '' ? value : null
}

/** `30s`, `5m`, `1h30m`; plain digits are seconds. */
export function durationOption(flags: Flags, name: string): number | null {
  const text = textOption(flags, name)
  if (text === null) return null
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g)]
  if (/^\d+$/.test(text)) return Number(text) * 1000
  if (parts.map(([part]) => part).join('') !== text) {
    throw usageError(`--${name}: ${JSON.stringify(text)} is not a duration`, 'write it as 30s, 5m or 1h30m')
  }
  return parts.reduce((sum, [, number, unit]) => sum + Number(number) * (unitMs[unit ?? ''] ?? 0), 0)
}

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

export function numberOption(flags: Flags, name: string): number | null {
  const text = textOption(flags, name)
  if (text === null) return null
  if (!/^-?\d{1,15}$/.test(text)) throw usageError(`--${name}: ${JSON.stringify(text)} is not a whole number`)
  return Number(text)
}
