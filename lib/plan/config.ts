/**
 * What a plan knows of ConfigMaps and Secrets, and what containers were made from.
 *
 * A container's label tells what it read, as a digest for each object, made with a key that only podkeep knows: from a plain one a
 * password could be guessed. What stands under another key was made under another state folder and says nothing.
 */

import type { ConfigKey, ConfigObject, ConfigReference, ConfigValue, ObservedContainer } from '../pod/index.js'

export interface ConfigView {
  /** null: it is in no manifest that is in force. */
  find(key: ConfigKey): ConfigObject | null
  /** Of one that is not found: the file that it may stand in and that cannot be read or decoded, and why. null: there is none. */
  whyUnknown(key: ConfigKey): string | null
  /** Of the digests' key. */
  readonly keyId: string
  digest(value: ConfigValue): string
  /** Of a text that gives nothing away, digests above all. */
  sign(text: string): string
}

/** By object; empty where nothing was read of it. */
type Digests = Readonly<Record<string, string>>

interface MadeFrom {
  readonly keyId: string
  readonly variables: Digests
  /** Of what was in the volumes that it mounts; left out: it mounts none made of objects. */
  readonly mounted?: string
}

/**
 * What a label says of a container that is made now; null: it reads nothing.
 * @param mounted null: it mounts nothing of them
 * @param unread objects that it follows and finds as they were: it is to be replaced once it can find them as they are
 */
export function configLabel(
  references: readonly ConfigReference[],
  { mounted, unread }: { readonly mounted: string | null; readonly unread: ReadonlySet<ConfigKey> },
  config: ConfigView,
): string | null {
  if (references.length === 0 && mounted === null) return null
  const read = Object.entries(digestsOf(references, config))
  const variables = Object.fromEntries(
    read.map(([key, digest]) => [key, unread.has(key as ConfigKey) ? 'unread' : digest]),
  )
  const made: MadeFrom = { keyId: config.keyId, variables, ...(mounted !== null && { mounted }) }
  return JSON.stringify(made)
}

/** What was in its volumes when it was made; null: its label does not tell. */
export function mountedAtFirst(container: ObservedContainer, { keyId }: ConfigView): string | null {
  const made = madeFrom(container)
  return made?.keyId === keyId && typeof made.mounted === 'string' ? made.mounted : null
}

/** What it read says something else now. What is gone meanwhile says nothing: the container stays as it is. */
export function isOutdated(
  container: ObservedContainer,
  references: readonly ConfigReference[],
  config: ConfigView,
): boolean {
  if (references.length === 0) return false
  const made = madeFrom(container)
  if (made?.keyId !== config.keyId) return false
  const now = digestsOf(references, config)
  // What it was not asked to follow when it was made, it does not follow now.
  return references.some(
    ({ object }) =>
      config.find(object) !== null && made.variables[object] !== undefined && made.variables[object] !== now[object],
  )
}

/** Secrets that it read and that say something else now, or are not known. */
export function otherSecrets(
  container: Pick<ObservedContainer, 'config'>,
  references: readonly ConfigReference[],
  config: ConfigView,
): ConfigKey[] {
  const made = madeFrom(container)
  if (made === null) return []
  const now = made.keyId === config.keyId ? digestsOf(references, config) : {}
  const read = Object.keys(made.variables) as ConfigKey[]
  return read.filter((object) => object.startsWith('Secret ') && made.variables[object] !== now[object])
}

function digestsOf(references: readonly ConfigReference[], config: ConfigView): Digests {
  const objects = [...new Set(references.map(({ object }) => object))]
  return Object.fromEntries(
    objects.map((object) => [
      object,
      digestOf(
        object,
        references.filter((one) => one.object === object),
        config,
      ),
    ]),
  )
}

function digestOf(object: ConfigKey, references: readonly ConfigReference[], config: ConfigView): string {
  const entries = config.find(object)?.entries ?? new Map<string, ConfigValue>()
  const isWhole = references.some(({ key }) => key === null)
  const keys = new Set(references.map(({ key }) => key))
  const read = [...entries].filter(([key]) => isWhole || keys.has(key))
  return read.length === 0 ? '' : config.sign(read.map(([key, value]) => `${key} ${config.digest(value)}`).join('\n'))
}

/** null: the label is not there, or is nothing that podkeep wrote. */
function madeFrom({ config }: Pick<ObservedContainer, 'config'>): MadeFrom | null {
  if (config === undefined) return null
  try {
    const made = JSON.parse(config) as Partial<MadeFrom> | null
    const isWhole = typeof made?.keyId === 'string' && typeof made.variables === 'object'
    return isWhole ? (made as MadeFrom) : null
  } catch {
    // A label is only what someone once wrote.
    return null
  }
}
