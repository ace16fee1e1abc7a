/** podkeep's own version, from its package.json: two levels up in the sources, three in the build. */

import { readFileSync } from 'node:fs'

export function podkeepVersion(): string {
  for (const place of ['../../package.json', '../../../package.json']) {
    const version = versionIn(new URL(place, import.meta.url))
    if (version !== null) return version
  }
  return 'unknown'
}

function versionIn(place: URL): string | null {
  try {
    const description: unknown = JSON.parse(readFileSync(place, 'utf8'))
    if (typeof description !== 'object' || description === null || !('version' in description)) return null
    return typeof description.version === 'string' ? description.version : null
  } catch {
    // No package.json there: the other place has it.
    return null
  }
}
