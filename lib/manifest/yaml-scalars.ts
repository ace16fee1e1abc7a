/**
 * What a YAML scalar means to Kubernetes: YAML 1.1 as Go's yaml.v2 reads it (through sigs.k8s.io/yaml), so that `yes` is true,
 * `0644` is 420 and `1:30` is text. Pinned by test/fixtures/yaml-oracle.json, what that code itself answered.
 */

import { defineScalarTag, FAILSAFE_SCHEMA, mapTag, mergeTag, NOT_RESOLVED, type Schema } from 'js-yaml'

const trueWords = new Set(['y', 'Y', 'yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON'])
const falseWords = new Set(['n', 'N', 'no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF'])
const nullWords = new Set(['', '~', 'null', 'Null', 'NULL'])

const integer = /^([+-]?)(?:0[xX]([0-9a-fA-F]+)|0[bB]([01]+)|0[oO]?([0-7]+)|(0|[1-9][0-9]*))$/
/** Nearly every number in a manifest, without BigInt. */
const smallDecimal = /^(?:0|[1-9][0-9]{0,14})$/
const float = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/
const infinity = /^[+-]?\.(?:inf|Inf|INF)$/
const notANumber = /^\.(?:nan|NaN|NAN)$/
const uint64Max = 18446744073709551615n
const int64Max = 9223372036854775807n
const int64Min = -9223372036854775808n
/** No 64-bit number needs more, and a longer one costs a BigInt of its length. */
const longestInteger = 100

type Unresolved = typeof NOT_RESOLVED

const nullTag = defineScalarTag<null>('tag:yaml.org,2002:null', {
  implicit: true,
  implicitFirstChars: ['', '~', 'n', 'N'],
  resolve: (text) => (nullWords.has(text) ? null : NOT_RESOLVED),
  identify: (value) => value === null,
})

const boolTag = defineScalarTag<boolean>('tag:yaml.org,2002:bool', {
  implicit: true,
  implicitFirstChars: Array.from('yYnNtTfFoO'),
  resolve: resolveBool,
  identify: (value) => typeof value === 'boolean',
})

const intTag = defineScalarTag<number>('tag:yaml.org,2002:int', {
  implicit: true,
  implicitFirstChars: Array.from('0123456789+-'),
  resolve: resolveInteger,
  identify: (value) => Number.isInteger(value),
})

const floatTag = defineScalarTag<number>('tag:yaml.org,2002:float', {
  implicit: true,
  implicitFirstChars: Array.from('0123456789+-.'),
  resolve: resolveFloat,
  identify: (value) => typeof value === 'number',
})

export const kubernetesYaml: Schema = FAILSAFE_SCHEMA.withTags(nullTag, boolTag, intTag, floatTag, mergeTag, mapTag)

/** Nearly every key, and no number. */
const startsWithLetter = /^[A-Za-z]/
const wordsOnly = [resolveBool]

/** The name a plain key gets: keys are text in the end, after they were read as scalars (`on:` is "true"). */
export function plainKeyName(text: string): string {
  for (const resolve of startsWithLetter.test(text) ? wordsOnly : [resolveBool, resolveInteger, resolveFloat]) {
    const value = resolve(text)
    if (value !== NOT_RESOLVED) return String(value)
  }
  return nullWords.has(text) ? 'null' : text
}

function resolveBool(text: string): boolean | Unresolved {
  if (trueWords.has(text)) return true
  return falseWords.has(text) ? false : NOT_RESOLVED
}

/** Beyond 2^53 a number loses digits here: the schema's bounds and the quantity rules refuse those. */
function resolveInteger(text: string): number | Unresolved {
  if (smallDecimal.test(text)) return Number(text)
  if (text.length > longestInteger) return NOT_RESOLVED
  const parts = integer.exec(text.replaceAll('_', ''))
  if (parts === null) return NOT_RESOLVED
  const [, sign, hexadecimal, binary, octal, decimal] = parts
  const magnitude = BigInt(
    hexadecimal !== undefined
      ? `0x${hexadecimal}`
      : binary !== undefined
        ? `0b${binary}`
        : octal !== undefined
          ? `0o${octal}`
          : (decimal ?? '0'),
  )
  const value = sign === '-' ? -magnitude : magnitude
  const max = sign === '' ? uint64Max : int64Max
  return value > max || value < int64Min ? NOT_RESOLVED : Number(value)
}

function resolveFloat(text: string): number | Unresolved {
  if (infinity.test(text)) return text.startsWith('-') ? -Infinity : Infinity
  if (notANumber.test(text)) return NaN
  const plain = text.replaceAll('_', '')
  const value = float.test(plain) ? Number(plain) : Infinity
  return Number.isFinite(value) ? value : NOT_RESOLVED
}
