/** The list of pods. */

import { element, keepList } from './elements.js'
import { isWrong } from './manifests-view.js'
import { restartsOf, stateOf, statusesOf } from './known.js'
import { sparkline } from './sparkline.js'
import { age, counted, cpu, memory } from './words.js'

/**
 * @typedef {import('./known.js').Known} Known
 * @param {Element} list
 * @param {Known} known
 * @param {(key: string) => void} open
 */
export function showPods(list, known, open) {
  const nowMs = Date.now()
  keepList(
    list,
    known.sortedPods().map(([key, pod]) => {
      const state = stateOf(pod)
      const use = known.use.get(key)
      const facts = factsOf(pod, nowMs)
      const look = JSON.stringify([state, facts, use])
      return { key, look, make: () => podLine({ key, state, facts, use, open }) }
    }),
  )
}

/** @param {import('./known.js').Pod} pod @param {number} nowMs */
function factsOf(pod, nowMs) {
  const ready = pod.status.containerStatuses.filter((one) => one.ready).length
  const restarts = restartsOf(pod)
  return [
    `${ready}/${pod.status.containerStatuses.length} ready`,
    ...(restarts === 0 ? [] : [counted(restarts, 'restart')]),
    age(pod.status.startTime, nowMs),
  ]
    .filter((fact) => fact !== '')
    .join(' · ')
}

/**
 * @param {{ key: string, state: ReturnType<typeof stateOf>, facts: string, use: import('./known.js').Use | undefined, open: (key: string) => void }} line
 */
function podLine({ key, state, facts, use, open }) {
  const line = element(
    'button',
    { class: 'pod', type: 'button', 'aria-haspopup': 'dialog' },
    element('span', { class: 'name' }, shortKey(key)),
    element('span', { class: `badge ${state.kind}` }, state.word),
    element('span', { class: 'facts' }, facts),
    use === undefined ? element('span', {}) : sparkline(use.cpu, 'cpu', cpu),
    use === undefined ? element('span', {}) : sparkline(use.memory, 'memory', memory),
    state.why === '' ? null : element('span', { class: 'why' }, state.why),
  )
  line.addEventListener('click', () => open(key))
  return line
}

/** @param {string} key */
function shortKey(key) {
  return key.replace(/^default\//, '')
}

/**
 * In a sentence, for the head of the page and for those who hear it.
 * @param {Known} known
 */
export function summaryOf(known) {
  const kinds = known.sortedPods().map(([, pod]) => stateOf(pod).kind)
  const count = (/** @type {string} */ kind) => kinds.filter((one) => one === kind).length
  const broken = (known.manifests?.files ?? []).filter(isWrong).length
  return [
    `${count('good')} of ${counted(kinds.length, 'pod')} running`,
    ...(count('busy') === 0 ? [] : [`${count('busy')} under way`]),
    ...(count('bad') === 0 ? [] : [`${count('bad')} failing`]),
    ...(broken === 0 ? [] : [counted(broken, 'manifest') + ' with problems']),
  ].join(', ')
}

/** @param {import('./known.js').Pod} pod @returns {HTMLElement} */
export function containerTable(pod) {
  const rows = statusesOf(pod).map((status) => {
    const [now = 'waiting'] = Object.keys(status.state)
    const detail = status.state[now] ?? {}
    const last = status.lastState['terminated']
    return element(
      'tr',
      {},
      element('th', { scope: 'row' }, status.name),
      element(
        'td',
        {},
        [now, detail.reason].filter(Boolean).join(': '),
        detail.message ? element('div', { class: 'soft' }, detail.message) : null,
      ),
      element('td', {}, String(status.restartCount)),
      element(
        'td',
        {},
        last === undefined
          ? ''
          : `${last.reason}, exit code ${last.exitCode}${last.message ? `: ${last.message}` : ''}`,
      ),
      element('td', { class: 'mono' }, status.image),
    )
  })
  const head = ['Container', 'State', 'Restarts', 'Ended before', 'Image'].map((title) =>
    element('th', { scope: 'col' }, title),
  )
  return element(
    'div',
    { class: 'wide' },
    element('table', {}, element('thead', {}, element('tr', {}, ...head)), element('tbody', {}, ...rows)),
  )
}
