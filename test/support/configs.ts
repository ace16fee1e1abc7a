/** ConfigMaps and Secrets for tests of the functional core. */

import type { ConfigView } from '../../lib/plan/index.js'
import { configKey, configValue, type ConfigKey, type ConfigKind, type ConfigObject } from '../../lib/pod/index.js'

export function anObject(
  kind: ConfigKind,
  name: string,
  data: Readonly<Record<string, string | Uint8Array>>,
  fields: Partial<ConfigObject> = {},
): ConfigObject {
  const entries = Object.entries(data).map(([key, value]) => {
    const isText = typeof value === 'string'
    const bytes = isText ? new TextEncoder().encode(value) : value
    return [key, configValue(bytes, !isText && kind === 'ConfigMap')] as const
  })
  return {
    kind,
    key: configKey(kind, 'default', name),
    namespace: 'default',
    name,
    file: 'config.yaml',
    isImmutable: false,
    type: kind === 'Secret' ? 'Opaque' : '',
    entries: new Map(entries),
    ...fields,
  }
}

/** Its digests are readable, so that a test can say what it expects. */
export function aConfig(
  objects: readonly ConfigObject[] = [],
  { keyId = 'key-1', unknown = {} }: { keyId?: string; unknown?: Readonly<Record<string, string>> } = {},
): ConfigView {
  const byKey = new Map<ConfigKey, ConfigObject>(objects.map((object) => [object.key, object]))
  return {
    find: (key) => byKey.get(key) ?? null,
    whyUnknown: (key) => unknown[key] ?? null,
    keyId,
    digest: (value) => new TextDecoder().decode(value.reveal()),
    sign: (text) => `<${text}>`,
  }
}
