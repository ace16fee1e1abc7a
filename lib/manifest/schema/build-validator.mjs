/**
 * Compiles the schema at build time, so that neither ajv nor 30 MB and 200 ms of compiling are part of a running podkeep.
 * Writes two modules beside itself, both ignored by git:
 *   pod-validator.generated.ts  the validators, one for each kind of document, which import nothing
 *   pod-fields.generated.ts     which definition has which fields, of which type: for suggestions and normal form
 * Does nothing when they are newer than what they are made from. Run by `npm run build` and before the tests.
 */

import { existsSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Ajv } from 'ajv'
import standaloneModule from 'ajv/dist/standalone/index.js'
import { complete } from './complete.mjs'

const here = (name) => fileURLToPath(new URL(name, import.meta.url))
const inputs = ['pod.schema.json', 'additions.mjs', 'complete.mjs', 'build-validator.mjs'].map(here)
const validatorFile = here('pod-validator.generated.ts')
const fieldsFile = here('pod-fields.generated.ts')

/** ajv joins lists of errors by copying: without an end, a list of 100,000 wrong items takes minutes. */
const enoughErrors = 1000

/** The definitions that whole documents are of, and whose validators are exported. */
const documents =
  'Pod Deployment StatefulSet DaemonSet Job CronJob Service ConfigMap Secret PersistentVolumeClaim PersistentVolume'
    .split(' ')
    .map((kind) => `V1${kind}`)

const changedMs = (file) => (existsSync(file) ? statSync(file).mtimeMs : 0)
const newestInputMs = Math.max(...inputs.map(changedMs))
const isFresh = [validatorFile, fieldsFile].every((file) => changedMs(file) > newestInputMs)
if (!isFresh) build()

function build() {
  const schema = JSON.parse(readFileSync(here('pod.schema.json'), 'utf8'))
  const fields = fieldTypes(schema.definitions)
  complete(schema.definitions)
  write(
    fieldsFile,
    `export const podFields: Readonly<Record<string, Readonly<Record<string, string>>>> = ${JSON.stringify(fields, null, 1)}\n`,
  )
  write(validatorFile, validatorModule(schema))
}

function validatorModule(schema) {
  const ajv = new Ajv({ allErrors: true, allowUnionTypes: true, inlineRefs: false, code: { source: true, esm: true } })
  const standalone = standaloneModule.default ?? standaloneModule
  ajv.addSchema(schema)
  const places = Object.fromEntries(documents.map((name) => [name, `${schema.$id}#/definitions/${name}`]))
  const code = standalone(ajv, places)
    .replace(/^"use strict";/, '')
    .replaceAll('export const ', 'const ')
    .replaceAll(
      /vErrors\.concat\((\w+\.errors)\)/g,
      `(vErrors.length < ${enoughErrors} ? vErrors.concat($1) : vErrors)`,
    )
  const types = [
    'interface SchemaError { instancePath: string; keyword: string; params: Record<string, unknown> }',
    'interface Validator { (value: unknown): boolean; errors?: SchemaError[] | null }',
  ]
  const validators = `export const validators: Readonly<Record<string, Validator>> = { ${documents.join(', ')} };`
  return ['// @ts-nocheck', ...types, code, validators, ''].join('\n')
}

/** `string integer number boolean quantity any`, a definition's name, or one of these after `[]` (list) or `{}` (map). */
function fieldTypes(definitions) {
  const typeOf = (property) => {
    if (property.$ref !== undefined) {
      const name = property.$ref.replace('#/definitions/', '')
      return name === 'Quantity' ? 'quantity' : name
    }
    if (property.items !== undefined) return `[]${typeOf(property.items)}`
    if (property.additionalProperties !== undefined) return `{}${typeOf(property.additionalProperties)}`
    const types = (property.type ?? []).filter((type) => type !== 'null')
    return types.length === 1 ? types[0] : 'any'
  }
  const withFields = Object.entries(definitions).filter(([, definition]) => definition.properties !== undefined)
  return Object.fromEntries(
    withFields.map(([name, { properties }]) => [
      name,
      Object.fromEntries(Object.entries(properties).map(([field, property]) => [field, typeOf(property)])),
    ]),
  )
}

/** Whole or not at all: two test runs may build at the same time. */
function write(file, text) {
  const half = `${file}.${process.pid}`
  writeFileSync(half, text)
  renameSync(half, file)
}
