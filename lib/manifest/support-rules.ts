/** Walks an object along the table of supported fields of its kind and reports what is refused. */

import { child, report, type Findings } from './finding.js'
import type { FieldRow } from './field-rows.js'
import { fieldSupport } from './field-support.js'
import { isObject, type Json } from './normal-form.js'

export interface Branch {
  readonly row: FieldRow | null
  readonly branches: Map<string, Branch>
}

const podTree = tree(fieldSupport)

/** By the segments of each path: `spec containers [] image`. */
export function tree(table: readonly FieldRow[]): Branch {
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

interface Walk {
  readonly findings: Findings
  readonly spec: Json
}

/**
 * Reports what is refused, about whose inside nothing more is said. Anything may be handed in; what has the wrong shape is left to the
 * schema.
 */
export function checkSupport(findings: Findings, object: Json, pointer: string, table = podTree): void {
  const spec = isObject(object['spec']) ? object['spec'] : {}
  walk({ findings, spec }, object, pointer, table)
}

function walk(context: Walk, value: unknown, pointer: string, branch: Branch): void {
  if (branch.branches.size === 0) return
  if (Array.isArray(value)) {
    const items = branch.branches.get('[]')
    if (items !== undefined) value.forEach((item, at) => walk(context, item, child(pointer, at), items))
  } else if (isObject(value)) {
    for (const key in value) {
      const next = branch.branches.get(key)
      const entry = next === undefined ? branch.branches.get('{}') : undefined
      if (next !== undefined) visit(context, value[key], pointer, key, next)
      // A field that is null is not there; an entry of a map is, and has the empty value.
      else if (entry !== undefined) visit(context, value[key] ?? '', pointer, key, entry)
    }
  }
}

function visit(context: Walk, value: unknown, parent: string, key: string, branch: Branch): void {
  if (value === null || value === undefined) return
  const { row } = branch
  if (row === null || row.support === 'supported') {
    if (branch.branches.size > 0) walk(context, value, child(parent, key), branch)
    return
  }
  if (row.support === 'ignored' || row.fine(value, context.spec, key)) return
  report(context.findings, child(parent, key), `not supported: ${row.reason ?? ''}`, row.instead, 'key')
}
