/**
 * A container's variables and `$(VAR)` in env, command and args. Source: kubelet makeEnvironmentVariables,
 * third_party/forked/golang/expansion: a name defined earlier is replaced, an unknown one stays as written, `$$` is one `$`, and
 * nothing is expanded twice. What comes from elsewhere (valueFrom) is not expanded, and can be referred to.
 */

import type { DesiredContainer, EnvFromSource, EnvSource } from '../pod/index.js'
import type { Found, FoundAll } from './found.js'

export type Environment = ReadonlyMap<string, string>

export type Resolved = { readonly environment: Environment } | { readonly problem: string }

export interface Look {
  one(source: EnvSource): Found
  all(source: EnvFromSource): FoundAll
}

/** First envFrom, a later one over an earlier one; then env over them. */
export function environmentOf(container: DesiredContainer, look: Look): Resolved {
  const environment = new Map<string, string>()
  for (const source of container.envFrom) {
    const found = look.all(source)
    if ('problem' in found) return { problem: `envFrom: ${found.problem}` }
    for (const [name, value] of found.variables) environment.set(name, value)
  }
  for (const { name, value, valueFrom } of container.env) {
    const found = valueFrom === undefined ? { value: expand(value, environment) } : look.one(valueFrom)
    if (found === 'absent') continue
    if ('problem' in found) return { problem: `env ${name}: ${found.problem}` }
    environment.set(name, found.value)
  }
  return { environment }
}

export function expandAll(texts: readonly string[] | null, environment: Environment): string[] | null {
  return texts === null ? null : texts.map((text) => expand(text, environment))
}

/** As `expand`, where a variable that is not there is a fault. Source: kubelet ExpandContainerVolumeMounts. */
export function expandStrictly(text: string, environment: Environment): { text: string } | { missing: string } {
  const names = [...text.matchAll(/\$(?:\$|\(([^)]*)\))/g)].map(([, name]) => name)
  const missing = names.find((name) => name !== undefined && !environment.has(name))
  return missing === undefined ? { text: expand(text, environment) } : { missing }
}

export function expand(text: string, environment: Environment): string {
  return text.replace(/\$(?:\$|\(([^)]*)\))/g, (written: string, name: string | undefined) =>
    name === undefined ? '$' : (environment.get(name) ?? written),
  )
}
