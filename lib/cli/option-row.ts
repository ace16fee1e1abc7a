/** What a setting is made of: its flag, its variable, its default and its help come from one row. */

import type { Surroundings } from './surroundings.js'

export interface OptionRow<T> {
  readonly flag: string
  readonly variable: string
  readonly meaning: string
  /** What the kubelet calls it; null when it has no such thing. */
  readonly kubelet: string | null
  /** The same setting, where the kubelet's word for it means something else here; left out: it never does. */
  readonly fromKubelet?: (text: string) => string
  /** Its value as the kubelet has it; left out: as it is. */
  toKubelet?(value: T): unknown
  readonly defaultMeaning: string
  readonly defaultValue: (surroundings: Surroundings) => T
  /** @returns null when the text cannot be meant; `expected` then says what can. */
  readonly parse: (text: string, surroundings: Surroundings) => T | null
  readonly expected: string
}

export type OptionTable<C> = { readonly [K in keyof C]: OptionRow<C[K]> }
