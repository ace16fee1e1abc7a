/** `podkeep wait`: until pods are as asked. */

import { CommandError, usageError } from '../command-error.js'
import { exitCode } from '../exit-code.js'
import { nameOf, podObject } from '../get/pods.js'
import { durationOption, textOption } from '../options.js'
import { jsonPath } from '../output/jsonpath.js'
import { objectText, type FormattedFlags } from '../output/format.js'
import { JsonPathError } from '../output/jsonpath-parser.js'
import {
  matches,
  parsePodReference,
  podNotFound,
  isPodWord,
  selected,
  withoutKind,
  type PodReference,
} from '../pods/pod-reference.js'
import type { ListedPod } from '../pod-summary.js'
import type { Flags } from '../run-options.js'
import type { Session } from '../verb.js'
import { watchUntil } from './watch-until.js'

const week = '168h'

export type Wanted =
  | { readonly kind: 'gone' | 'there' }
  | { readonly kind: 'state'; readonly words: string; readonly holds: (pod: ListedPod) => boolean }

export async function wait(words: readonly string[], flags: FormattedFlags, session: Session): Promise<number> {
  const { terminal } = session
  const wanted = parseWanted(textOption(flags, 'for') ?? '')
  const timeout = textOption(flags, 'timeout') ?? '30s'
  const timeoutMs = durationOption({ timeout: timeout.startsWith('-') ? week : timeout }, 'timeout') ?? 0
  const references = namedPods(words, flags)
  const done = new Set<string>()
  const seen = new Map<string, ListedPod>()
  const isForPeople = flags.output.kind === 'table'
  const say = (line: string): void => {
    if (isForPeople) terminal.out(line)
  }
  let last: Seen = { pods: [], missing: [] }
  const look = (items: readonly ListedPod[]): boolean => {
    const pods = chosen(items, references, flags)
    const missing = references.filter((reference) => !items.some((pod) => matches(pod, reference)))
    if (wanted.kind === 'state' && missing[0] !== undefined) throw podNotFound(missing[0])
    for (const pod of pods) seen.set(keyOf(pod), pod)
    for (const pod of pods.filter((one) => isAsWanted(one, wanted))) {
      if (!done.has(keyOf(pod))) say(`${nameOf(pod)} ${wanted.kind === 'state' ? 'condition met' : 'created'}\n`)
      done.add(keyOf(pod))
    }
    last = { pods, missing }
    return isOver(wanted, last)
  }
  const isMeant = (pod: ListedPod): boolean => chosen([pod], references, flags).length > 0
  if (!(await watchUntil(look, { timeoutMs, isMeant }, flags, session))) throw tooLate(wanted, last, timeout)
  if (wanted.kind === 'gone') for (const { name } of references) say(`pod/${name} deleted\n`)
  // Of pods that are gone, how they were seen last.
  const items = wanted.kind === 'gone' ? [...seen.values()] : last.pods
  terminal.out(objectText(flags.output, podObject(items, references.length === 1), items.map(nameOf)) ?? '')
  return exitCode.ok
}

function keyOf({ metadata }: ListedPod): string {
  return `${metadata.namespace}/${metadata.name}`
}

interface Seen {
  readonly pods: readonly ListedPod[]
  readonly missing: readonly PodReference[]
}

function isOver(wanted: Wanted, { pods, missing }: Seen): boolean {
  switch (wanted.kind) {
    case 'gone':
      return pods.length === 0
    case 'there':
      return missing.length === 0 && pods.length > 0
    case 'state':
      return pods.length > 0 && pods.every(wanted.holds)
  }
}

function isAsWanted(pod: ListedPod, wanted: Wanted): boolean {
  return wanted.kind === 'state' ? wanted.holds(pod) : wanted.kind === 'there'
}

function tooLate(wanted: Wanted, { pods, missing }: Seen, timeout: string): CommandError {
  const late = wanted.kind === 'state' ? pods.filter((pod) => !wanted.holds(pod)) : pods
  const names = [...late.map(({ metadata }) => metadata.name), ...missing.map(({ name }) => name)]
  const what = wanted.kind === 'state' ? `not ${wanted.words}` : wanted.kind === 'gone' ? 'not gone' : 'not there'
  const who = names.length === 0 ? 'no pod is meant' : `${what}: ${names.map((name) => `pod/${name}`).join(', ')}`
  const hint =
    names[0] === undefined ? '"podkeep get pods" lists them all' : `"podkeep describe pod ${names[0]}" tells why`
  return new CommandError(exitCode.problem, `timed out after ${timeout}: ${who}`, hint)
}

function namedPods(words: readonly string[], flags: Flags): PodReference[] {
  const names = words.length === 1 && isPodWord(words[0] ?? '') ? [] : withoutKind(words)
  const isOpen = textOption(flags, 'selector') !== null || flags['all'] === true
  if (names.length > 0 || isOpen) return names.map((name) => parsePodReference(name, textOption(flags, 'namespace')))
  throw usageError('which pods?', 'name them, or say -l LABELS or --all')
}

function chosen(items: readonly ListedPod[], references: readonly PodReference[], flags: Flags): ListedPod[] {
  if (references.length > 0) return items.filter((pod) => references.some((reference) => matches(pod, reference)))
  return selected(items, { namespace: textOption(flags, 'namespace'), selector: textOption(flags, 'selector') })
}

function parseWanted(text: string): Wanted {
  if (text === 'delete') return { kind: 'gone' }
  if (text === 'create') return { kind: 'there' }
  const condition = /^condition=(?<type>[A-Za-z]+)(?:=(?<value>\w+))?$/.exec(text)?.groups
  if (condition?.['type'] !== undefined) {
    const type = condition['type'].toLowerCase()
    const value = (condition['value'] ?? 'true').toLowerCase()
    const holds = ({ status }: ListedPod): boolean =>
      status.conditions.some((one) => one.type.toLowerCase() === type && one.status.toLowerCase() === value)
    return { kind: 'state', words: `${condition['type']}${value === 'true' ? '' : `=${value}`}`, holds }
  }
  const path = /^jsonpath=(?<path>\{.*\}|[^=]+)(?:=(?<value>.*))?$/s.exec(text)?.groups
  if (path?.['path'] !== undefined) return pathWanted(path['path'], path['value'] ?? null)
  const hint = "write condition=Ready, delete, create, or jsonpath='{.status.phase}'=Running"
  throw usageError(`--for: ${JSON.stringify(text)} cannot be waited for`, hint)
}

function pathWanted(path: string, value: string | null): Wanted {
  try {
    const read = jsonPath(path)
    const holds = (pod: ListedPod): boolean => (value === null ? read(pod) !== '' : read(pod) === value)
    return { kind: 'state', words: `${path}${value === null ? '' : `=${value}`}`, holds }
  } catch (error) {
    if (error instanceof JsonPathError) throw usageError(`--for: ${error.message}`)
    throw error
  }
}
