/** Whether the directory says the same about a pod as before. */

import type { Desire } from '../plan/index.js'

export function isSameDesire(a: Desire, b: Desire): boolean {
  if (a.kind === 'run' && b.kind === 'run') return a.pod === b.pod && a.later?.why === b.later?.why
  if (a.kind === 'hold' && b.kind === 'hold') return a.pod === b.pod && a.why === b.why
  if (a.kind === 'remove' && b.kind === 'remove') return a.pod === b.pod
  return false
}
