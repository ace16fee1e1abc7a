/** Walks a Pod along the table of supported fields and reports what is refused. */

import { child, report, type Findings } from './finding.js'
import { fieldSupport, type FieldRow } from './field-support.js'
import { isObject, type Json } from './normal-form.js'

interface Branch {
  readonly row: FieldRow | null
  readonly branches: Map<string, Branch>
}

const root = tree(fieldSupport)

/** `segments` of a path: `spec containers [] image`. */
function tree(table: readonly FieldRow[]): Branch {
  const top: Branch = { row: null, branches: new Map() }
  for (const row of table) {
    let parent = top
    const steps = row.path.replaceAll('[]', '.[]').split('.')
    steps.forEach((step, at) => {
      const known = parent.branches.get(step)
      const isLast = at === steps.length - 1
      const branch: Branch = {
        row: isLast ? row : (known?.row ?? null),
        branches: known?.branches ?? new Map<string, Branch>(),
      }
      parent.branches.set(step, branch)
      parent = branch
    })
  }
  const spec = top.branches.get('spec')?.branches
  const containers = spec?.get('containers')
  if (spec !== undefined && containers !== undefined) spec.set('initContainers', containers)
  return top
}

/** Anything may be handed in; what has the wrong shape is left to the schema. */
export function checkSupport(findings: Findings, pod: Json, pointer: string): void {
  const spec = isObject(pod['spec']) ? pod['spec'] : {}
  walk(findings, pod, pointer, root, spec)
}

function walk(findings: Findings, value: unknown, pointer: string, branch: Branch, spec: Json): void {
  if (branch.branches.size === 0) return
  if (Array.isArray(value)) {
    const items = branch.branches.get('[]')
    if (items !== undefined) value.forEach((item, at) => walk(findings, item, child(pointer, at), items, spec))
  } else if (isObject(value)) {
    for (const key in value) {
      const next = branch.branches.get(key) ?? branch.branches.get('{}')
      if (next !== undefined) visit(findings, value[key], pointer, key, next, spec)
    }
  }
}

function visit(findings: Findings, value: unknown, parent: string, key: string, branch: Branch, spec: Json): void {
  if (value === null || value === undefined) return
  const { row } = branch
  if (row === null || row.support === 'supported') {
    if (branch.branches.size > 0) walk(findings, value, child(parent, key), branch, spec)
    return
  }
  if (row.support === 'ignored' || row.fine(value, spec)) return
  const suggestion = row.support === 'never' ? row.reason : null
  report(
    findings,
    child(parent, key),
    row.support === 'never' ? 'not supported' : 'not supported yet',
    suggestion,
    'key',
  )
}
