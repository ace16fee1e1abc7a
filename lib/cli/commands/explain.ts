/** `podkeep explain`: what a field means, and what podkeep does with it. */

import type { Command } from 'commander'

import { explainField, type ExplainedField } from '../../manifest/index.js'
import { CommandError } from '../command-error.js'
import { exitCode } from '../exit-code.js'
import { outputOption, objectText, type Format } from '../output/format.js'
import { cell, renderTable } from '../table.js'
import type { Paint } from '../terminal.js'
import type { Session } from '../verb.js'

const help = `
Examples:
  podkeep explain pod.spec
  podkeep explain spec.containers.livenessProbe.httpGet
  podkeep explain pod.spec.volumes -o json
`

export function declare(command: Command, { terminal, end }: Session): void {
  command
    .argument('<field>', 'pod.spec.containers.image')
    .addOption(outputOption(['json', 'yaml']))
    .addHelpText('after', help)
    .action((path: string, flags: { readonly output: Format }) => {
      const explanation = explainField(path.split('.').filter((step) => step !== ''))
      if (explanation.kind === 'unknown') {
        const { name, parent, suggestion } = explanation
        const where = parent === '' ? 'a Pod' : parent
        const full = [parent, suggestion]
          .filter((part) => part !== '' && part !== null)
          .join('.')
          .replaceAll('[]', '')
        const hint = `podkeep explain ${full === '' ? 'pod' : full}`
        throw new CommandError(exitCode.problem, `${where} has no field ${JSON.stringify(name)}`, hint)
      }
      const { field } = explanation
      terminal.out(objectText(flags.output, asJson(field), []) ?? explained(field, terminal.paint))
      end(exitCode.ok)
    })
}

const supportWords = {
  supported: 'supported',
  ignored: 'ignored',
  later: 'not supported yet',
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
    cell(supportOf(child.row), child.row?.support === 'never' || child.row?.support === 'later' ? 'yellow' : null),
  ])
  const fields = rows.length === 0 ? '' : `\n${paint('bold', 'FIELDS:')}\n${renderTable(null, rows, paint)}`
  return `${head.join('')}${fields}`
}
