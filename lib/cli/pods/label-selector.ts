/** `-l`: which labels a pod must have. Source: k8s.io/apimachinery/pkg/labels. */

import { usageError } from '../command-error.js'

export type LabelSelector = (labels: Readonly<Record<string, string>>) => boolean

/** `app=web,tier!=back,env in (a,b),!old`: all of them must hold. */
export function labelSelector(text: string): LabelSelector {
  const rules = text
    .split(/,(?![^(]*\))/)
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map(ruleOf)
  return (labels) => rules.every((rule) => rule(labels))
}

function ruleOf(text: string): LabelSelector {
  const set = /^(?<key>[\w./-]+)\s+(?<not>not)?in\s*\((?<values>[^)]*)\)$/.exec(text)?.groups
  if (set?.['key'] !== undefined) {
    const { key, not, values = '' } = set
    const wanted = values.split(',').map((value) => value.trim())
    return (labels) => wanted.includes(labels[key] ?? '\0') === (not === undefined)
  }
  const equal = /^(?<key>[\w./-]+)\s*(?<operator>==?|!=)\s*(?<value>[\w.-]*)$/.exec(text)?.groups
  if (equal?.['key'] !== undefined) {
    const { key, operator, value } = equal
    return (labels) => (labels[key] === value) === (operator !== '!=')
  }
  const exists = /^(?<not>!)?\s*(?<key>[\w./-]+)$/.exec(text)?.groups
  if (exists?.['key'] !== undefined) {
    const { not, key } = exists
    return (labels) => Object.hasOwn(labels, key) === (not === undefined)
  }
  const hint = 'write app=web, app!=web, "app in (web,api)", app or !app, several with commas'
  throw usageError(`--selector: cannot read ${JSON.stringify(text)}`, hint)
}
