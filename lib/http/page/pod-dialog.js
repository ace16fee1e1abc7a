/** One pod, looked at closely: its containers, what it waits for, its events, its log. The address remembers which. */

import { byId, element, fill } from './elements.js'
import { stateOf, statusesOf } from './known.js'
import { LogView } from './log-view.js'
import { containerTable } from './pods-view.js'
import { showEvents } from './time-view.js'

export class PodDialog {
  /** @type {string | null} `namespace/name` */
  key = null
  #look = ''
  #containers = ''
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
    history.replaceState(null, '', `#${key}`)
    this.update(known)
    if (!this.#dialog.open) this.#dialog.showModal()
  }

  /** @param {import('./known.js').Known} known */
  update(known) {
    if (this.key === null) return
    const pod = known.pods.get(this.key)
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
  }

  /** @param {import('./known.js').Pod} pod */
  #offerContainers(pod) {
    const names = statusesOf(pod).map(({ name }) => name)
    if (names.join() === this.#containers) return
    this.#containers = names.join()
    const options = names.map((name) => element('option', { value: name }, name))
    fill(this.#container, ...options)
    this.#container.value = pod.status.containerStatuses[0]?.name ?? names[0] ?? ''
    this.#showLog()
  }

  #showLog() {
    if (this.key === null || this.#container.value === '') return
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
