/** What manifests may ask for: as a flag or variable says, or as the podkeep that runs was told. */

import type { ManifestPolicy } from '../../manifest/index.js'
import { policyOptions, resolveOption, type Flags } from '../run-options.js'
import type { OptionRow } from '../option-row.js'
import type { Surroundings } from '../surroundings.js'
import { askConfigIfRunning } from './running-config.js'

export async function policyInForce(flags: Flags, surroundings: Surroundings): Promise<ManifestPolicy> {
  const told = (await askConfigIfRunning(flags, surroundings))?.policy ?? null
  const valueOf = <Key extends keyof typeof policyOptions>(key: Key): ManifestPolicy[Key] => {
    const row = policyOptions[key] as OptionRow<ManifestPolicy[Key]>
    return resolveOption(told === null ? row : { ...row, defaultValue: () => told[key] }, flags, surroundings)
  }
  return {
    podSecurity: valueOf('podSecurity'),
    podSecurityByNamespace: valueOf('podSecurityByNamespace'),
    allowedUnsafeSysctls: valueOf('allowedUnsafeSysctls'),
  }
}
