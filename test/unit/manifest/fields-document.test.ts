/**
 * lib/manifest/FIELDS.md is made from the table of fields: `PODKEEP_WRITE_DOCS=1 npx tap run test/unit/manifest/fields-document.test.ts`
 * writes it anew.
 */

import { readFileSync, writeFileSync } from 'node:fs'

import { t } from 'tap'

import { fieldSupport, type FieldRow, type Support } from '../../../lib/manifest/field-support.js'

const document = new URL('../../../lib/manifest/FIELDS.md', import.meta.url)

const words: Record<Support, string> = {
  supported: 'supported',
  ignored: 'ignored',
  later: 'not supported yet',
  never: 'refused',
}

function line({ path, support, reason }: FieldRow): string {
  return `| \`${path}\` | ${words[support]} | ${reason ?? ''} |`
}

function section(title: string, prefix: (path: string) => boolean): string {
  const rows = fieldSupport.filter(({ path }) => prefix(path)).map(line)
  return [`## ${title}`, '', '| field | podkeep | why |', '|---|---|---|', ...rows, ''].join('\n')
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
    '- **not supported yet**: refused by name, unless its value asks for what happens anyway (its default).',
    '- **refused**: cannot be honoured here; the reason says what to do instead.',
    '',
    'A field that is not in this list is part of one that is not supported, or is no field of a Pod: then the message says which was probably meant.',
    '',
    section('Pod', (path) => !isContainer(path) && !isVolume(path)),
    section('Containers and init containers', isContainer),
    section('Volumes', isVolume),
  ].join('\n')
}

await t.test('FIELDS.md says what the table says', async (t) => {
  if (process.env['PODKEEP_WRITE_DOCS'] === '1') writeFileSync(document, text())
  t.equal(readFileSync(document, 'utf8'), text())
})
