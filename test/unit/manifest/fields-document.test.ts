/**
 * lib/manifest/FIELDS.md is made from the table of fields: `PODKEEP_WRITE_DOCS=1 npm test -- fields-document`
 * writes it anew.
 */

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { t } from 'tap'

import { checkout } from '../../support/checkout.js'
import type { FieldRow, Support } from '../../../lib/manifest/field-rows.js'
import { claimRows } from '../../../lib/manifest/claim-fields.js'
import { persistentVolumeRows } from '../../../lib/manifest/persistent-volume-fields.js'
import { fieldSupport } from '../../../lib/manifest/field-support.js'
import { serviceRows } from '../../../lib/manifest/service-fields.js'
import {
  cronJobRows,
  daemonSetRows,
  deploymentRows,
  jobRows,
  statefulSetRows,
} from '../../../lib/manifest/workload-fields.js'
import { podFields } from '../../../lib/manifest/schema/pod-fields.generated.js'

const document = join(checkout, 'lib/manifest/FIELDS.md')

const words: Record<Support, string> = {
  supported: 'supported',
  ignored: 'ignored',
  never: 'refused',
}

interface Line {
  readonly path: string
  readonly row: FieldRow
}

type Rows = ReadonlyMap<string, FieldRow>
const byPath = (rows: readonly FieldRow[]): Rows => new Map(rows.map((row) => [row.path, row]))
/** Written by an API server, or the same as above: nothing below is listed. */
const ends = [
  'status',
  'metadata.managedFields',
  'spec.initContainers',
  'spec.template',
  'spec.jobTemplate.spec.template',
]

/** Every field there is, each with the row that speaks for it: its own, or the nearest above. */
function linesBelow(rowOf: Rows, definition: string, prefix: string, above: FieldRow | null): Line[] {
  return Object.entries(podFields[definition] ?? {}).flatMap(([field, type]) => {
    const path = prefix === '' ? field : `${prefix}.${field}`
    const row = rowOf.get(path) ?? above
    if (row === null) return []
    const lines = [{ path, row }]
    if (row.support === 'never' || ends.includes(path)) return lines
    const [item, mark] = type.startsWith('[]') ? [type.slice(2), '[]'] : [type.replace(/^\{\}/, ''), '']
    const keys = type.startsWith('{}') ? [...rowOf.values()].filter((own) => own.path.startsWith(`${path}.`)) : []
    const below = row.support === 'supported' ? null : row
    return [
      ...lines,
      ...keys.map((own) => ({ path: own.path, row: own })),
      ...linesBelow(rowOf, item, path + mark, below),
    ]
  })
}

const allLines = linesBelow(byPath(fieldSupport), 'V1Pod', '', null)

/** Of the other kinds: what is not the same of all. */
function kindSection(kind: string, rows: readonly FieldRow[]): string {
  const lines = linesBelow(byPath(rows), `V1${kind}`, '', null).filter(({ path }) => path.startsWith('spec.'))
  return [
    `## ${kind}`,
    '',
    '| field | podkeep | why, and what to write instead |',
    '|---|---|---|',
    ...lines.map(line),
    '',
  ].join('\n')
}

function line({ path, row: { support, reason, instead } }: Line): string {
  const why = [reason, instead].filter((part) => part !== null).join(': ')
  return `| \`${path}\` | ${words[support]} | ${why} |`
}

function section(title: string, prefix: (path: string) => boolean): string {
  const rows = allLines.filter(({ path }) => prefix(path)).map(line)
  return [`## ${title}`, '', '| field | podkeep | why, and what to write instead |', '|---|---|---|', ...rows, ''].join(
    '\n',
  )
}

function text(): string {
  const isContainer = (path: string): boolean => path.startsWith('spec.containers[]')
  const isVolume = (path: string): boolean => path.startsWith('spec.volumes[]')
  return [
    '# Fields of a Pod',
    '',
    'Made from the table in `field-support.ts`; a test fails when they differ. Field names and types are those of Kubernetes 1.36.',
    '',
    '- **supported**: done as Kubernetes does it.',
    '- **ignored**: accepted, and it cannot matter on one machine without an API server.',
    '- **refused**: cannot be honoured here, unless its value asks for what happens anyway (its default); the reason says what to do instead.',
    '',
    'Every field is here, except what is below one that is refused: that is refused with it. `spec.initContainers[]` is as `spec.containers[]`. What is not here is no field of a Pod, and the message says which was probably meant.',
    '',
    section('Pod', (path) => !isContainer(path) && !isVolume(path)),
    section('Containers and init containers', isContainer),
    section('Volumes', isVolume),
    '# Fields of other kinds',
    '',
    '`metadata` is as a Pod’s. `spec.template` is a Pod without a name; of its metadata labels and annotations count.',
    '',
    kindSection('Deployment', deploymentRows),
    kindSection('StatefulSet', statefulSetRows),
    kindSection('DaemonSet', daemonSetRows),
    kindSection('Job', jobRows),
    kindSection('CronJob', cronJobRows),
    kindSection('Service', serviceRows),
    kindSection('PersistentVolumeClaim', claimRows),
    kindSection('PersistentVolume', persistentVolumeRows),
  ].join('\n')
}

await t.test('FIELDS.md says what the table says', async (t) => {
  if (process.env['PODKEEP_WRITE_DOCS'] === '1') writeFileSync(document, text())
  t.equal(readFileSync(document, 'utf8'), text())
})
