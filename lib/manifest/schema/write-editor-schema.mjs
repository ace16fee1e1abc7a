/** Writes dist/podkeep.schema.json, for editors. Run by `npm run build` after the compiler, whose output it uses. */

import { readFileSync, writeFileSync } from 'node:fs'
import { complete } from './complete.mjs'

const dist = new URL('../../../dist/', import.meta.url)
const { editorSchema } = await import(new URL('lib/manifest/editor-schema.js', dist).href)
const { definitions } = JSON.parse(readFileSync(new URL('pod.schema.json', import.meta.url), 'utf8'))
complete(definitions)
writeFileSync(new URL('podkeep.schema.json', dist), `${JSON.stringify(editorSchema(definitions), null, 1)}\n`)
