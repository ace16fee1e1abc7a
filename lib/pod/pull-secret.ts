/** A login for registries that a pod brings along: one of its imagePullSecrets. */

import type { ConfigObject, ConfigValue } from './config.js'

export interface PullSecret {
  /** `Secret default/registry` */
  readonly source: string
  /** How the value is written: as Docker's config.json, or as the .dockercfg before it. */
  readonly form: 'config.json' | '.dockercfg'
  readonly value: ConfigValue
}

/** To be tried in this order, before the machine's own. */
export interface PodLogins {
  readonly secrets: readonly PullSecret[]
  /** Tells them from others and gives nothing away. */
  readonly digest: string
}

/** null: it is a Secret of another type. Source: kubelet pkg/credentialprovider/secrets MakeDockerKeyring. */
export function pullSecretOf({ key, type, entries }: ConfigObject): PullSecret | null {
  const written =
    type === 'kubernetes.io/dockerconfigjson'
      ? ({ form: 'config.json', value: entries.get('.dockerconfigjson') } as const)
      : type === 'kubernetes.io/dockercfg'
        ? ({ form: '.dockercfg', value: entries.get('.dockercfg') } as const)
        : null
  return written?.value === undefined ? null : { source: key, form: written.form, value: written.value }
}
