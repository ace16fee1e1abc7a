/** Objects as a person writes them. */

import type { ObjectName } from '../../manifest/index.js'
import { usageError } from '../command-error.js'
import { kindOfWord } from '../kind-words.js'

/** `pod/web`, with the namespace where it is not the default one. */
export function objectText({ kind, namespace, name }: ObjectName): string {
  return `${kind.toLowerCase()}/${name}${namespace === 'default' ? '' : ` (namespace ${namespace})`}`
}

/** A file of an object that has none yet. */
export function fileNameFor({ kind, namespace, name }: ObjectName, text: string): string {
  return `${kind.toLowerCase()}-${namespace}-${name}.${text.trimStart().startsWith('{') ? 'json' : 'yaml'}`
}

/** `pod web`, `pod/web`, `configmap/settings`; a kind alone before names holds for all of them. */
export function parseObjects(words: readonly string[], namespace: string | null): ObjectName[] {
  const [first = '', ...rest] = words
  const common = kindOfWord(first)
  const names = common === null ? words : rest
  const objects = names.map((word): ObjectName => {
    const [left = '', right] = word.split('/')
    if (right === undefined) return { kind: common ?? 'Pod', namespace: namespace ?? 'default', name: left }
    const kind = kindOfWord(left)
    if (kind !== null) return { kind, namespace: namespace ?? 'default', name: right }
    return { kind: common ?? 'Pod', namespace: left, name: right }
  })
  if (objects.length === 0) throw usageError('which one?', 'write pod/NAME')
  return objects
}
