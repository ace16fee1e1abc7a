/** ConfigMaps and Secrets as plans see them: what is in force, with digests that are computed once. */

import { createHmac } from 'node:crypto'

import type { ConfigView } from '../plan/index.js'
import type { ConfigKey, ConfigObject, ConfigValue } from '../pod/index.js'
import type { DigestKey } from '../ports/index.js'

/** What knows the directory; null before it was read. */
export interface KnownObjects {
  object(key: ConfigKey): ConfigObject | null
  whyUnknown(key: ConfigKey): string | null
}

/** 96 bits: nobody who cannot make digests can look for two that are equal. */
const digestLength = 24

export function configView(key: DigestKey, known: () => KnownObjects | null): ConfigView {
  const digests = new WeakMap<ConfigValue, string>()
  const hmac = (data: string | Uint8Array): string =>
    createHmac('sha256', key.bytes).update(data).digest('hex').slice(0, digestLength)
  return {
    find: (object) => known()?.object(object) ?? null,
    whyUnknown: (object) => known()?.whyUnknown(object) ?? null,
    keyId: key.id,
    digest: (value) => {
      const digest = digests.get(value) ?? hmac(value.reveal())
      digests.set(value, digest)
      return digest
    },
    sign: hmac,
  }
}
