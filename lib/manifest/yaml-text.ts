/** A value as YAML, for people to read and for podkeep to read again. */

import { dump } from 'js-yaml'

export function yamlText(value: unknown): string {
  return dump(value, { lineWidth: -1, noRefs: true })
}
