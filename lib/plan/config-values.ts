/**
 * Variables that come from ConfigMaps and Secrets. Source: kubelet makeEnvironmentVariables. Differs: a value that no variable can
 * hold keeps the container from being made, where an engine would cut or replace it; and what may stand in a broken file is waited
 * for though it is optional.
 */

import type { ConfigKey, ConfigKeySource, ConfigObject, ConfigValue, EnvFromSource } from '../pod/index.js'
import type { ConfigView } from './config.js'
import type { Found, FoundAll } from './found.js'

export function variableFrom({ object: name, key, optional }: ConfigKeySource, config: ConfigView): Found {
  const object = config.find(name)
  if (object === null) return missing(name, optional, config) ?? 'absent'
  const value = object.entries.get(key)
  if (value !== undefined && !value.isBinary) return textOf(value, object, key)
  if (optional) return 'absent'
  if (value === undefined) return { problem: lacking(object, key) }
  return { problem: `${object.key} has the key "${key}" in binaryData, of which no variable can be made` }
}

export function variablesFrom({ object: name, prefix, optional }: EnvFromSource, config: ConfigView): FoundAll {
  const object = config.find(name)
  if (object === null) return missing(name, optional, config) ?? { variables: new Map() }
  const variables = new Map<string, string>()
  for (const [key, value] of object.entries) {
    if (value.isBinary) continue
    const text = textOf(value, object, key)
    if ('problem' in text) return text
    variables.set(prefix + key, text.value)
  }
  return { variables }
}

/** Why an object is not there; null: it need not be. */
export function missing(name: ConfigKey, optional: boolean, config: ConfigView): { readonly problem: string } | null {
  const why = config.whyUnknown(name)
  if (why !== null) return { problem: `${name} may stand in a file that cannot be used: ${why}` }
  return optional ? null : { problem: `${name} is in no manifest here` }
}

const mostNames = 10

export function lacking(object: ConfigObject, key: string): string {
  return `${object.key} has no key "${key}"; ${listed([...object.entries.keys()])}`
}

export function listed(names: readonly string[]): string {
  const more = names.length > mostNames ? ` and ${names.length - mostNames} more` : ''
  return names.length === 0 ? 'it is empty' : `it has: ${names.slice(0, mostNames).join(', ')}${more}`
}

function textOf(value: ConfigValue, object: ConfigObject, key: string): { value: string } | { problem: string } {
  const unusable = (why: string): { problem: string } => ({
    problem: `the key "${key}" of ${object.key} ${why}, so no variable can be made of it; mount it as a file`,
  })
  const bytes = value.reveal()
  if (bytes.includes(0)) return unusable('has a NUL character in it')
  try {
    return { value: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes) }
  } catch {
    // The decoder's only way to say no.
    return unusable('is not UTF-8 text')
  }
}
