/** One mount of a complete v1 Pod, in podkeep's own terms. */

import type { DesiredMount, MountPropagation, RecursiveReadOnly } from '../pod/index.js'
import { absoluteMountPath } from './mount-rules.js'
import type { Json } from './normal-form.js'
import { textOf } from './shape.js'

export function desiredMount(mount: Json): DesiredMount {
  const [path, expression] = [descending(textOf(mount, 'subPath')), textOf(mount, 'subPathExpr') ?? '']
  const propagation = textOf(mount, 'mountPropagation') ?? 'None'
  const recursive = textOf(mount, 'recursiveReadOnly') ?? 'Disabled'
  return {
    volume: textOf(mount, 'name') ?? '',
    mountPath: absoluteMountPath(textOf(mount, 'mountPath') ?? ''),
    readOnly: mount['readOnly'] === true,
    ...(path !== '' && { subPath: { path, isExpression: false } }),
    ...(expression !== '' && { subPath: { path: expression, isExpression: true } }),
    ...(propagation !== 'None' && { propagation: propagation as MountPropagation }),
    ...(recursive !== 'Disabled' && { recursiveReadOnly: recursive as RecursiveReadOnly }),
  }
}

/** `./a//b/` is `a/b`, and `.` is all of the volume. */
function descending(path = ''): string {
  return absoluteMountPath(path).slice(1)
}
