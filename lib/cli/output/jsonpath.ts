/**
 * kubectl's JSONPath templates, read and evaluated: text, {paths}, {"literals"} and {range path}...{end}. Nothing is ever run as
 * a program. Source: k8s.io/client-go/util/jsonpath; its functions and escapes that nobody uses are refused by name.
 */

import { parseTemplate, type Node, type Step } from './jsonpath-parser.js'

/** @throws JsonPathError when the template cannot be read */
export function jsonPath(template: string): (value: unknown) => string {
  const nodes = parseTemplate(template)
  return (value) => nodes.map((node) => textOf(node, value)).join('')
}

function textOf(node: Node, value: unknown): string {
  switch (node.kind) {
    case 'text':
      return node.text
    case 'path':
      return found(node.steps, value).map(shown).join(' ')
    case 'range':
      return found(node.steps, value)
        .map((item) => node.body.map((inner) => textOf(inner, item)).join(''))
        .join('')
  }
}

function found(steps: readonly Step[], value: unknown): unknown[] {
  return steps.reduce<unknown[]>((values, step) => values.flatMap((one) => taken(step, one)), [value])
}

function taken(step: Step, value: unknown): unknown[] {
  switch (step.kind) {
    case 'field':
      return step.names.flatMap((name) => fieldOf(value, name))
    case 'all':
      return Array.isArray(value) ? value : Object.values(isObject(value) ? value : {})
    case 'descendants':
      return descendants(value)
    case 'items':
      return Array.isArray(value) ? step.indexes.flatMap((index) => itemAt(value, index)) : []
    case 'slice':
      return Array.isArray(value) ? sliced(value, step) : []
    case 'filter':
      return (Array.isArray(value) ? value : []).filter((item) => passes(step, item))
  }
}

function fieldOf(value: unknown, name: string): unknown[] {
  return isObject(value) && Object.hasOwn(value, name) ? [value[name]] : []
}

function itemAt(list: readonly unknown[], index: number): unknown[] {
  const at = index < 0 ? list.length + index : index
  return at in list ? [list[at]] : []
}

function sliced(list: readonly unknown[], { from, to, stride }: Extract<Step, { kind: 'slice' }>): unknown[] {
  return list.slice(from ?? 0, to ?? list.length).filter((_, at) => at % stride === 0)
}

function descendants(value: unknown): unknown[] {
  const children = Array.isArray(value) ? (value as unknown[]) : isObject(value) ? Object.values(value) : []
  return [value, ...children.flatMap(descendants)]
}

function passes({ left, operator, right }: Extract<Step, { kind: 'filter' }>, item: unknown): boolean {
  const values = found(left, item)
  if (operator === null || right === null) return values.length > 0
  const others = right.kind === 'path' ? found(right.steps, item) : [right.value]
  const [a, b] = [values[0], others[0]]
  if (values.length === 0 || others.length === 0) return false
  switch (operator) {
    case '==':
      return a === b
    case '!=':
      return a !== b
    case '<':
      return isLess(a, b)
    case '>':
      return isLess(b, a)
    case '<=':
      return isLess(a, b) || a === b
    case '>=':
      return isLess(b, a) || a === b
  }
}

function isLess(a: unknown, b: unknown): boolean {
  if (typeof a === 'number' && typeof b === 'number') return a < b
  return typeof a === 'string' && typeof b === 'string' && a < b
}

function shown(value: unknown): string {
  return typeof value === 'string' ? value : value === null ? '' : JSON.stringify(value)
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
