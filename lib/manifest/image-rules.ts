/** Whether a text names an image. */

import { report, type Findings } from './finding.js'
import { parseImageReference } from './image-reference.js'
import type { Json } from './normal-form.js'
import { requiredText } from './text-rules.js'

export function checkImageName(findings: Findings, owner: Json, field: string, pointer: string): void {
  const image = requiredText(findings, owner, field, pointer)
  if (image === null) return
  const parsed = parseImageReference(image)
  if (parsed.kind === 'problem') report(findings, `${pointer}/${field}`, parsed.message, parsed.suggestion)
}
