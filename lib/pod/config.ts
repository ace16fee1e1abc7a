/**
 * ConfigMaps and Secrets as nouns, and what a pod refers to of them.
 *
 * C1  A value is behind a function: neither JSON nor an inspection nor a template text shows it, so it cannot be logged by accident.
 */

export type ConfigKind = 'ConfigMap' | 'Secret'
/** `Secret default/db`: what an object is for podkeep, and what people read. */
export type ConfigKey = string & { readonly brand: 'ConfigKey' }

export interface ConfigObject {
  readonly kind: ConfigKind
  readonly key: ConfigKey
  readonly namespace: string
  readonly name: string
  /** The manifest's file name inside the manifests directory. */
  readonly file: string
  readonly isImmutable: boolean
  /** Of a Secret: `kubernetes.io/tls`; Opaque where none is given. Empty for a ConfigMap. */
  readonly type: string
  /** By key, in alphabetical order. */
  readonly entries: ReadonlyMap<string, ConfigValue>
}

export interface ConfigValue {
  /** The value itself. What comes out must not be kept where it could be shown. */
  reveal(): Uint8Array
  readonly sizeBytes: number
  /** Of a ConfigMap's binaryData: no variable can be made of it. */
  readonly isBinary: boolean
}

const hidden = '(hidden)'

export function configValue(bytes: Uint8Array, isBinary = false): ConfigValue {
  const value = { reveal: () => bytes, sizeBytes: bytes.length, isBinary, toJSON: () => hidden, toString: () => hidden }
  return Object.freeze(value)
}

export function configKey(kind: ConfigKind, namespace: string, name: string): ConfigKey {
  return `${kind} ${namespace}/${name}` as ConfigKey
}

/** Whether they say the same, wherever they stand. */
export function sameContent(a: ConfigObject, b: ConfigObject): boolean {
  if (a === b) return true
  if (a.key !== b.key || a.type !== b.type || a.entries.size !== b.entries.size) return false
  return [...a.entries].every(([name, value]) => {
    const other = b.entries.get(name)
    return other?.isBinary === value.isBinary && sameBytes(value.reveal(), other.reveal())
  })
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at])
}

/** One key of an object, or all of them. */
export interface ConfigReference {
  readonly object: ConfigKey
  /** null: every key. */
  readonly key: string | null
  /** Without it, an object or key that is missing keeps the container from being made. */
  readonly optional: boolean
}

/** All variables of a container that come from an object, each named by its key. */
export interface EnvFromSource {
  readonly object: ConfigKey
  /** Before each key; mostly empty. */
  readonly prefix: string
  readonly optional: boolean
}

/** What is done in a running pod when an object it reads has changed; volumes are rewritten in place in any case. */
export type ConfigReaction =
  /** Containers whose variables come from it are replaced. */
  | { readonly kind: 'usual' }
  /** So are those that mount it. */
  | { readonly kind: 'restart' }
  /** Those that mount it get a signal; nobody is replaced. */
  | {
      readonly kind: 'signal'
      readonly byContainer: Readonly<Record<string, string>>
      /** For those that are not named; null: none. */
      readonly others: string | null
    }
  | { readonly kind: 'none' }

export const usualReaction: ConfigReaction = { kind: 'usual' }
