/**
 * The logins a pod brings along for its images. Source: kubelet: what is not there, or of another type, keeps no image from being
 * pulled without it.
 */

import { pullSecretOf, type PodLogins } from '../pod/index.js'
import type { PlanContext } from './plan.js'
import type { PodView } from './pod-view.js'

/** null: it has none. */
export function podLogins({ pod }: PodView, { config }: PlanContext): PodLogins | null {
  const secrets = pod.pullSecrets.flatMap((key) => {
    const object = config.find(key)
    const secret = object === null ? null : pullSecretOf(object)
    return secret === null ? [] : [secret]
  })
  if (secrets.length === 0) return null
  return {
    secrets,
    digest: config.sign(secrets.map(({ source, value }) => `${source} ${config.digest(value)}`).join('\n')),
  }
}
