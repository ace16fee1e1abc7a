/** `podkeep explain`: what a field means, and what podkeep does with it. */

import type { Command } from 'commander'

import { explainField, type ExplainedField, type Explanation } from '../../manifest/index.js'
import { CommandError } from '../command-error.js'
import { exitCode } from '../exit-code.js'
import { kindOfWord } from '../kind-words.js'
import { outputOption, objectText, type Format } from '../output/format.js'
import { cell, renderTable } from '../table.js'
import type { Paint } from '../terminal.js'
import type { Session } from '../verb.js'

const help = `
Examples:
  podkeep explain pod.spec
  podkeep explain spec.containers.livenessProbe.httpGet
  podkeep explain deployment.spec.strategy
  podkeep explain pod.spec.volumes -o json

Kinds are pod (which may be left out), deployment, statefulset, daemonset, job, cronjob, service, configmap, secret and
persistentvolumeclaim.
`

export function declare(command: Command, { terminal, end }: Session): void {
  command
    .argument('<field>', 'pod.spec.containers.image, deployment.spec.replicas')
    .addOption(outputOption(['json', 'yaml']))
    .addHelpText('after', help)
    .action((path: string, flags: { readonly output: Format }) => {
      const [first = '', ...rest] = path.split('.').filter((step) => step !== '')
      const kind = kindOfWord(first)
      const steps = kind === null ? [first, ...rest].filter((step) => step !== '') : rest
      const explanation = explainField(kind ?? 'Pod', steps)
      const prefix = kind === null || kind === 'Pod' ? '' : kind.toLowerCase()
      if (explanation.kind === 'unknown') throw unknownField(explanation, kind, prefix)
      const field = { ...explanation.field, path: joined(prefix, explanation.field.path) }
      terminal.out(objectText(flags.output, asJson(field), []) ?? explained(field, terminal.paint))
      end(exitCode.ok)
    })
}

function joined(...parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join('.')
}

type UnknownField = Extract<Explanation, { readonly kind: 'unknown' }>

function unknownField(unknown: UnknownField, kind: string | null, prefix: string): CommandError {
  const { name, parent, suggestion } = unknown
  const where = parent === '' ? `a ${kind ?? 'Pod'}` : joined(prefix, parent)
  const near = joined(prefix, parent, suggestion ?? '').replaceAll('[]', '')
  const hint = `podkeep explain ${near === '' ? 'pod' : near}`
  if (kind !== null || parent !== '' || suggestion !== null) {
    return new CommandError(exitCode.problem, `${where} has no field ${JSON.stringify(name)}`, hint)
  }
  const message = `${JSON.stringify(name)} is no kind that podkeep knows, and no field of a Pod`
  return new CommandError(exitCode.problem, message, '"podkeep help explain" lists the kinds')
}

const supportWords = {
  supported: 'supported',
  ignored: 'ignored',
  never: 'refused',
} as const

function supportOf(row: ExplainedField['row']): string {
  return row === null ? '' : supportWords[row.support]
}

function asJson({ path, type, row, note, children }: ExplainedField): object {
  return {
    field: path === '' ? 'pod' : path,
    type,
    support: supportOf(row),
    reason: row?.reason ?? null,
    instead: row?.instead ?? null,
    description: note?.about ?? null,
    default: note?.otherwise ?? null,
    fields: children.map((child) => ({ name: child.name, type: child.type, support: supportOf(child.row) })),
  }
}

function explained({ path, type, row, note, children }: ExplainedField, paint: Paint): string {
  const line = (title: string, text: string | null): string =>
    text === null || text === ''
      ? ''
      : `${paint('bold', `${title}:`)} ${' '.repeat(Math.max(0, 10 - title.length))}${text}\n`
  const head = [
    line('FIELD', path === '' ? 'pod' : path),
    line('TYPE', type),
    line('PODKEEP', supportOf(row)),
    line('WHY', row?.reason ?? null),
    line('INSTEAD', row?.instead ?? null),
    line('DEFAULT', note?.otherwise ?? null),
    line('MEANING', note?.about ?? null),
  ]
  const rows = children.map((child) => [
    cell(`  ${child.name}`),
    cell(child.type),
    cell(supportOf(child.row), child.row?.support === 'never' ? 'yellow' : null),
  ])
  const fields = rows.length === 0 ? '' : `\n${paint('bold', 'FIELDS:')}\n${renderTable(null, rows, paint)}`
  return `${head.join('')}${fields}`
}
