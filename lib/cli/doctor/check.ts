/** What `podkeep doctor` finds: each thing with what to type when it is not well. */

/** bad: pods do not run, or not as their manifests say. poor: they do, and something is worth mending. */
export type Health = 'good' | 'poor' | 'bad'

export interface Check {
  readonly name: string
  readonly health: Health
  readonly finding: string
  /** What mends it; null when nothing has to be. */
  readonly fix: string | null
}

export function good(name: string, finding: string): Check {
  return { name, health: 'good', finding, fix: null }
}

export function poor(name: string, finding: string, fix: string): Check {
  return { name, health: 'poor', finding, fix }
}

export function bad(name: string, finding: string, fix: string): Check {
  return { name, health: 'bad', finding, fix }
}
