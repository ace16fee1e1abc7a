/** What happened: a lane of the last hour for each pod, and the list of events. */

import { drawing, element, fill, keepList } from './elements.js'
import { podOf } from './known.js'
import { age, span } from './words.js'

const shownMs = 3_600_000
const laneWidth = 1000
/** Reasons that say a container began again or was stopped. */
const restartReasons = new Set(['BackOff', 'Killing', 'SandboxChanged', 'Started'])

/**
 * @typedef {import('./known.js').Event} Event
 * @param {Element} parent
 * @param {import('./known.js').Known} known
 */
export function showLanes(parent, known) {
  const nowMs = Date.now()
  const lanes = known.sortedPods().map(([key]) => {
    const events = known.recentEvents(key).filter((event) => nowMs - Date.parse(event.lastTimestamp) < shownMs)
    const warnings = events.filter(({ type }) => type === 'Warning').length
    const label = `${events.length} events in the last hour, ${warnings} of them warnings`
    const ticks = events.map((event) => tick(event, nowMs))
    const picture = drawing(
      'svg',
      { viewBox: `0 0 ${laneWidth} 20`, preserveAspectRatio: 'none', role: 'img', 'aria-label': label },
      ...ticks,
    )
    return element('div', { class: 'lane' }, element('span', { title: key }, key.replace(/^default\//, '')), picture)
  })
  const axis = element(
    'div',
    { class: 'axis', 'aria-hidden': 'true' },
    ...['1 h ago', '30 min', 'now'].map((text) => element('span', {}, text)),
  )
  fill(parent, ...lanes, lanes.length === 0 ? null : axis)
}

/** @param {Event} event @param {number} nowMs */
function tick(event, nowMs) {
  const x = String(laneWidth - ((nowMs - Date.parse(event.lastTimestamp)) / shownMs) * laneWidth)
  const kind = event.type === 'Warning' ? 'warning' : restartReasons.has(event.reason) ? 'restart' : ''
  const title = drawing('title', {}, document.createTextNode(`${event.reason}: ${event.message}`))
  return drawing('line', { class: `tick ${kind}`, x1: x, x2: x, y1: kind === '' ? '8' : '2', y2: '20' }, title)
}

/**
 * @param {Element} list
 * @param {readonly Event[]} events newest first
 */
export function showEvents(list, events) {
  const nowMs = Date.now()
  keepList(
    list,
    events.slice(0, 200).map((event) => {
      const look = JSON.stringify([event.count, event.lastTimestamp, age(event.lastTimestamp, nowMs)])
      return { key: event.metadata.uid, look, make: () => eventLine(event, nowMs) }
    }),
  )
}

/** @param {Event} event @param {number} nowMs */
function eventLine(event, nowMs) {
  const times = event.count > 1 ? ` (${event.count} times in ${span(nowMs - Date.parse(event.firstTimestamp))})` : ''
  const when = element(
    'time',
    { class: 'soft', datetime: event.lastTimestamp },
    `${age(event.lastTimestamp, nowMs)} ago`,
  )
  when.title = new Date(event.lastTimestamp).toLocaleString()
  return element(
    'div',
    { class: 'event' },
    when,
    element('span', { class: 'of' }, (podOf(event) ?? event.involvedObject.name).replace(/^default\//, '')),
    element('span', { class: event.type === 'Warning' ? 'bad' : '' }, event.reason),
    element('span', { class: 'message' }, event.message + times),
  )
}
