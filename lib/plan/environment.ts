/**
 * `$(VAR)` in env, command and args. Source: kubelet makeEnvironmentVariables, third_party/forked/golang/expansion: a name
 * defined earlier is replaced, an unknown one stays as written, `$$` is one `$`, and nothing is expanded twice.
 */

import type { DesiredContainer } from '../pod/index.js'

export type Environment = ReadonlyMap<string, string>

export function environmentOf(container: DesiredContainer): Environment {
  const environment = new Map<string, string>()
  for (const { name, value } of container.env) environment.set(name, expand(value, environment))
  return environment
}

export function expandAll(texts: readonly string[] | null, environment: Environment): string[] | null {
  return texts === null ? null : texts.map((text) => expand(text, environment))
}

export function expand(text: string, environment: Environment): string {
  return text.replace(/\$(?:\$|\(([^)]*)\))/g, (written: string, name: string | undefined) =>
    name === undefined ? '$' : (environment.get(name) ?? written),
  )
}
