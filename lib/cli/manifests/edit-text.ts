/** What an edit does, in words. */

import type { FieldChange, PodEdit } from '../../plan/index.js'
import { printable } from '../printable.js'
import type { Color, Paint } from '../terminal.js'

/** What follows `pod/web`. */
export function effectText({ effect, causes, containers }: PodEdit): string {
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

const colors: Readonly<Record<PodEdit['effect'], Color>> = {
  created: 'green',
  removed: 'red',
  unchanged: 'gray',
  inPlace: 'green',
  containers: 'yellow',
  anew: 'red',
}

/** For `podkeep diff`: the effect, and each field that differs. */
export function diffText(name: string, edit: PodEdit, paint: Paint): string {
  const head = `${name} ${paint(colors[edit.effect], effectText(edit))}\n`
  return `${head}${edit.changes.map((change) => changeText(change, paint)).join('')}`
}

function changeText({ path, before, after }: FieldChange, paint: Paint): string {
  const minus = before === undefined ? '' : paint('red', `  - ${printable(path)}: ${valueText(before)}\n`)
  const plus = after === undefined ? '' : paint('green', `  + ${printable(path)}: ${valueText(after)}\n`)
  return `${minus}${plus}`
}

function valueText(value: unknown): string {
  return printable(JSON.stringify(value))
}
