/**
 * What may be told of the engine's words about a container: it repeats the command that it cannot run and the path that it cannot
 * mount, and `$(VAR)` in them has become the value of a Secret by then.
 *
 * E1  A value that the container got from a Secret is masked, as it is and as the engine quotes it. One under four characters is not:
 *     it stands in every second word.
 * E2  What was made from a Secret that says something else by now, or that is not known, has no words: nobody knows what to mask.
 */

import {
  replacingReferences,
  type ConfigKey,
  type ConfigReference,
  type ContainerFacts,
  type DesiredContainer,
  type DesiredPod,
} from '../pod/index.js'
import { otherSecrets, type ConfigView } from './config.js'

/** Words as they came to words as they are told; null: there is nothing to hide. */
export type Told = ((words: string) => string) | null

const fewestCharacters = 4
const mask = '(hidden)'

/** Of a container that is made from what its manifest and the Secrets say now. */
export function toldOfNew(pod: DesiredPod | null, container: string, config: ConfigView): Told {
  const values = secretValues(referencesOf(pod, container), config)
  return values.length === 0 ? null : (words) => masked(words, values)
}

/** Of a container that was made at some time; its label tells from what. */
export function toldOfMade(pod: DesiredPod | null, made: ContainerFacts, config: ConfigView): Told {
  const others = otherSecrets(made, referencesOf(pod, made.name), config)
  if (others.length === 0) return toldOfNew(pod, made.name, config)
  return (words) => (words === '' ? '' : withheld(others))
}

function withheld(secrets: readonly ConfigKey[]): string {
  const which = secrets.join(' and ')
  return `what the engine says is withheld, for it may show a value of ${which}, which is not known or was changed since`
}

function referencesOf(pod: DesiredPod | null, name: string): readonly ConfigReference[] {
  const container = pod === null ? undefined : containersOf(pod).find((one) => one.name === name)
  return pod === null || container === undefined ? [] : replacingReferences(pod, container)
}

function containersOf({ initContainers, containers }: DesiredPod): readonly DesiredContainer[] {
  return [...initContainers, ...containers]
}

/** The longest first: one may begin with another. */
function secretValues(references: readonly ConfigReference[], config: ConfigView): string[] {
  const values = new Set<string>()
  for (const { object: name, key } of references) {
    const object = config.find(name)
    if (object?.kind !== 'Secret') continue
    for (const [entry, value] of object.entries) {
      if (key !== null && key !== entry) continue
      for (const shape of shapesOf(new TextDecoder().decode(value.reveal()))) values.add(shape)
    }
  }
  return [...values].sort((a, b) => b.length - a.length)
}

/** As it is, but for space around it, which may be cut off; quoted; and in a message that was quoted once more. */
function shapesOf(value: string): string[] {
  const bare = value.trim()
  if (bare.length < fewestCharacters) return []
  return [bare, quoted(bare), quoted(quoted(bare))]
}

const escapes: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\x07': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
}

/** Without the quotation marks. Source: Go's strconv.Quote. */
function quoted(text: string): string {
  return text.replace(/["\\\p{Cc}]/gu, (one) => {
    const code = one.codePointAt(0) ?? 0
    const hex = code < 0x80 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`
    return escapes[one] ?? hex
  })
}

function masked(words: string, values: readonly string[]): string {
  return values.reduce((text, value) => text.replaceAll(value, mask), words)
}
