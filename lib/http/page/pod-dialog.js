/** One pod, looked at closely: its containers, what it waits for, its events, its log. The address remembers which. */

import { byId, element, fill } from './elements.js'
import { stateOf, statusesOf } from './known.js'
import { LogView } from './log-view.js'
import { containerTable } from './pods-view.js'
import { showEvents } from './time-view.js'

export class PodDialog {
  /** @type {string | null} `namespace/name` */
  key = null
  /** @type {import('./known.js').Pod | undefined} */
  #pod = undefined
  #look = ''
  #containers = ''
  /** Whose log is shown. */
  #instance = ''
  #log = new LogView()
  #dialog = /** @type {HTMLDialogElement} */ (byId('pod'))
  #container = /** @type {HTMLSelectElement} */ (byId('log-container'))
  #previous = /** @type {HTMLInputElement} */ (byId('log-previous'))
  #follow = /** @type {HTMLInputElement} */ (byId('log-follow'))

  constructor() {
    byId('close').addEventListener('click', () => this.#dialog.close())
    this.#dialog.addEventListener('click', (event) => {
      if (event.target === this.#dialog) this.#dialog.close()
    })
    this.#dialog.addEventListener('close', () => {
      this.key = null
      this.#log.close()
      history.replaceState(null, '', location.pathname)
    })
    for (const control of [this.#container, this.#previous, this.#follow])
      control.addEventListener('change', () => this.#showLog())
  }

  /** @param {string} key @param {import('./known.js').Known} known */
  open(key, known) {
    this.key = key
    this.#look = ''
    this.#containers = ''
    this.#instance = ''
    history.replaceState(null, '', `#${key}`)
    this.update(known)
    if (!this.#dialog.open) this.#dialog.showModal()
  }

  /** @param {import('./known.js').Known} known */
  update(known) {
    if (this.key === null) return
    const pod = known.pods.get(this.key)
    this.#pod = pod
    byId('pod-title').textContent = this.key
    const events = known.recentEvents(this.key)
    const look = JSON.stringify([pod, events])
    if (look === this.#look) return
    this.#look = look
    if (pod === undefined) {
      fill(byId('pod-body'), element('p', {}, 'The pod is gone.'))
      return
    }
    const { word, kind, why } = stateOf(pod)
    const list = element('ol', { class: 'plain' })
    showEvents(list, events)
    fill(
      byId('pod-body'),
      element('p', {}, element('span', { class: `badge ${kind}` }, word), why === '' ? null : ` ${why}`),
      element('p', { class: 'soft' }, factsOf(pod)),
      containerTable(pod),
      element('h3', { id: 'pod-events' }, 'Events'),
      events.length === 0
        ? element('p', { class: 'soft' }, 'None are remembered.')
        : element('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-labelledby': 'pod-events' }, list),
    )
    this.#offerContainers(pod)
    // Who does not want to keep up goes on reading what is there.
    const isNext = this.#instanceNow() !== this.#instance
    if (isNext && (this.#instance === '' || this.#follow.checked)) this.#showLog()
  }

  /** @param {import('./known.js').Pod} pod */
  #offerContainers(pod) {
    const names = statusesOf(pod).map(({ name }) => name)
    if (names.join() === this.#containers) return
    this.#containers = names.join()
    this.#instance = ''
    const options = names.map((name) => element('option', { value: name }, name))
    fill(this.#container, ...options)
    this.#container.value = pod.status.containerStatuses[0]?.name ?? names[0] ?? ''
  }

  /** The same from the start of the chosen container's instance until another has started. */
  #instanceNow() {
    const name = this.#container.value
    const status = this.#pod && statusesOf(this.#pod).find((one) => one.name === name)
    const { state = {}, lastState = {} } = status ?? {}
    return `${name} ${(state['running'] ?? state['terminated'] ?? lastState['terminated'])?.startedAt}`
  }

  #showLog() {
    if (this.key === null || this.#container.value === '') return
    this.#instance = this.#instanceNow()
    void this.#log.show(this.key, {
      container: this.#container.value,
      isPrevious: this.#previous.checked,
      follows: this.#follow.checked,
    })
  }
}

/** @param {import('./known.js').Pod} pod */
function factsOf({ status, metadata }) {
  const file = metadata.annotations?.['io.podkeep.manifest']
  return [
    `phase ${status.phase}`,
    ...(status.podIP ? [`address ${status.podIP}`] : []),
    ...(file ? [`manifest ${file}`] : []),
    ...(status.startTime ? [`since ${new Date(status.startTime).toLocaleString()}`] : []),
  ].join(' · ')
}
