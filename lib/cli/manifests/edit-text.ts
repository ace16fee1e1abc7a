/** What an edit does, in words. */

import type { ConfigEdit, FieldChange, KeyChange, PodEdit, PodReaction } from '../../plan/index.js'
import { printable } from '../printable.js'
import type { Color, Paint } from '../terminal.js'
import type { CronJobEdit, ObjectEdit, ServiceEdit, WorkloadEdit } from './object-edit.js'

/** What follows `pod/web`. */
export function effectText(edit: ObjectEdit): string {
  switch (edit.of) {
    case 'pod':
      return podEffect(edit)
    case 'config':
      return configEffect(edit)
    case 'workload':
      return workloadEffect(edit)
    case 'service':
      return serviceEffect(edit)
    case 'cronJob':
      return cronJobEffect(edit)
  }
}

const plainWords = { created: 'created', removed: 'deleted', unchanged: 'unchanged', changed: 'configured' } as const

function configEffect({ effect, pods }: ConfigEdit): string {
  const reactions = pods.map(reactionText).filter((text) => text !== '')
  if (effect === 'unchanged') return 'unchanged'
  if (reactions.length === 0) return `${plainWords[effect]}: nothing restarts`
  return `${plainWords[effect]}: ${reactions.join('; ')}`
}

function reactionText({ pod, started, replaced, rewritten, signalled, stranded }: PodReaction): string {
  const part = (words: string, names: readonly string[]): string[] =>
    names.length === 0 ? [] : [`${words} ${names.join(', ')}`]
  const parts = [
    ...part('starts', started),
    ...part('replaced', replaced),
    ...part(rewritten.length === 1 ? 'rewritten volume' : 'rewritten volumes', rewritten),
    ...signalled.map(({ container, signal }) => `${signal} to ${container}`),
    ...(stranded.length === 0 ? [] : [`${stranded.join(', ')} stays, and could not start again without it`]),
  ]
  return parts.length === 0 ? '' : `pod/${pod}: ${parts.join(', ')}`
}

function workloadEffect({ effect, podsBefore, podsAfter }: WorkloadEdit): string {
  if (effect === 'unchanged') return 'unchanged'
  const count = `${podsAfter} ${podsAfter === 1 ? 'pod' : 'pods'}`
  if (effect === 'removed') return `deleted, and its ${podsBefore === 1 ? 'pod' : `${podsBefore} pods`} with it`
  return `${plainWords[effect]}: ${count}${podsBefore === podsAfter || effect === 'created' ? '' : ` (before ${podsBefore})`}`
}

function serviceEffect({ effect, podsBefore, podsAfter }: ServiceEdit): string {
  if (effect === 'unchanged') return 'unchanged'
  if (effect === 'removed') return 'deleted: its name leads nowhere then; nothing restarts'
  const list = (pods: readonly string[]): string => (pods.length === 0 ? 'no pod' : pods.join(', '))
  const before = effect === 'created' || list(podsBefore) === list(podsAfter) ? '' : ` (before ${list(podsBefore)})`
  return `${plainWords[effect]}: its name leads to ${list(podsAfter)}${before}; nothing restarts`
}

function cronJobEffect({ effect, nextRunMs }: CronJobEdit): string {
  if (effect === 'unchanged') return 'unchanged'
  if (effect === 'removed') return 'deleted, and its runs with it'
  const next = nextRunMs === null ? 'suspended: no run' : `next run ${new Date(nextRunMs).toISOString().slice(0, 19)}Z`
  return `${plainWords[effect]}: ${next}${effect === 'changed' ? '; runs that have begun go on as they are' : ''}`
}

function podEffect({ effect, causes, containers }: PodEdit): string {
  const named = (wanted: string): string =>
    containers
      .filter((one) => one.effect === wanted)
      .map(({ name, causes: why }) => (why.length === 0 ? name : `${name} (${why.join(', ')})`))
      .join(', ')
  const resized = named('resized') === '' ? [] : [`${named('resized')} is changed as it runs`]
  switch (effect) {
    case 'created':
      return 'created'
    case 'removed':
      return 'deleted'
    case 'unchanged':
      return 'unchanged'
    case 'inPlace':
      return `configured: ${resized.length === 0 ? 'counts at once, nothing restarts' : `${resized.join('')}, nothing restarts`}`
    case 'anew':
      return `configured: the pod is made anew (${causes.join(', ')})`
    case 'containers': {
      const parts = (['replaced', 'created', 'removed'] as const).flatMap((wanted) =>
        named(wanted) === '' ? [] : [`${wanted} ${named(wanted)}`],
      )
      const stays = containers.filter((one) => one.effect === 'stays').map(({ name }) => name)
      return `configured: ${[...parts, ...resized].join('; ')}${stays.length === 0 ? '' : `; ${stays.join(', ')} stays`}`
    }
  }
}

const colors: Readonly<Record<ObjectEdit['effect'], Color>> = {
  created: 'green',
  removed: 'red',
  unchanged: 'gray',
  inPlace: 'green',
  changed: 'yellow',
  containers: 'yellow',
  anew: 'red',
}

/** For `podkeep diff`: the effect, and each field that differs. */
export function diffText(name: string, edit: ObjectEdit, paint: Paint): string {
  const head = `${name} ${paint(colors[edit.effect], effectText(edit))}\n`
  return `${head}${detailLines(edit, paint).join('')}`
}

function detailLines(edit: ObjectEdit, paint: Paint): string[] {
  switch (edit.of) {
    case 'pod':
    case 'service':
    case 'cronJob':
      return edit.changes.map((change) => changeText(change, paint))
    case 'config':
      return edit.effect === 'changed' ? edit.keys.map((change) => keyText(change, paint)) : []
    case 'workload':
      return edit.pods
        .filter(({ effect }) => effect !== 'unchanged')
        .map((pod) => indented(diffText(`pod/${pod.key}`, { of: 'pod', ...pod }, paint)))
  }
}

function indented(text: string): string {
  return text.replace(/^(?=.)/gm, '  ')
}

/** The key only: what a Secret says is nobody's affair, and a ConfigMap's value may be long. */
function keyText({ key, how }: KeyChange, paint: Paint): string {
  const mark = { added: '+', removed: '-', changed: '~' }[how]
  const color = ({ added: 'green', removed: 'red', changed: 'yellow' } as const)[how]
  return paint(color, `  ${mark} data.${printable(key)} ${how}\n`)
}

function changeText({ path, before, after }: FieldChange, paint: Paint): string {
  const minus = before === undefined ? '' : paint('red', `  - ${printable(path)}: ${valueText(before)}\n`)
  const plus = after === undefined ? '' : paint('green', `  + ${printable(path)}: ${valueText(after)}\n`)
  return `${minus}${plus}`
}

function valueText(value: unknown): string {
  return printable(JSON.stringify(value))
}
