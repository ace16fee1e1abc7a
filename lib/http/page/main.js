/** The status page: listens to the changes, and shows what holds. It only reads. */

import { byId } from './elements.js'
import { Known } from './known.js'
import { showFiles, showTroubles } from './manifests-view.js'
import { PodDialog } from './pod-dialog.js'
import { showPods, summaryOf } from './pods-view.js'
import { followChanges } from './stream.js'
import { showEvents, showLanes } from './time-view.js'

const measureEveryMs = 5000
/** Ages and the time line move on by themselves. */
const turnEveryMs = 10_000
/** A picture that has not been made by then is not waited for. */
const pictureMs = 500

const known = new Known()
const dialog = new PodDialog()
let isScheduled = false

/** Once for all that changes before the next picture. The title is read of a page in the background, too, for which none is made. */
function showSoon() {
  if (isScheduled) return
  isScheduled = true
  const showOnce = () => {
    if (!isScheduled) return
    isScheduled = false
    clearTimeout(withoutPicture)
    cancelAnimationFrame(picture)
    show()
  }
  const picture = requestAnimationFrame(showOnce)
  const withoutPicture = setTimeout(showOnce, pictureMs)
}

function show() {
  const summary = summaryOf(known)
  if (byId('summary').textContent !== summary) byId('summary').textContent = summary
  document.title = `podkeep: ${summary}`
  byId('trouble').hidden = showTroubles(byId('troubles'), known.manifests) === 0
  byId('directory').textContent = known.manifests?.directory ?? ''
  byId('no-pods').hidden = known.pods.size > 0
  showPods(byId('pod-list'), known, open)
  showLanes(byId('lanes'), known)
  showEvents(byId('events'), known.recentEvents(null))
  showFiles(byId('files'), known.manifests)
  dialog.update(known)
}

/** @param {string} key */
function open(key) {
  dialog.open(key, known)
}

/** From the address, once the pod is known. */
function openNamed() {
  const key = decodeURIComponent(location.hash.slice(1))
  if (dialog.key === null && known.pods.has(key)) open(key)
}

async function measure() {
  if (document.hidden) return
  const answer = await fetch('stats/summary?only_cpu_and_memory=true').catch(() => null)
  // Where the machine's numbers cannot be read, the page does without them.
  if (answer === null || !answer.ok) return
  known.measure(await answer.json())
  showSoon()
}

setInterval(() => void measure(), measureEveryMs)
setInterval(showSoon, turnEveryMs)
document.addEventListener('visibilitychange', () => void measure())
window.addEventListener('hashchange', openNamed)
void measure()
void followChanges({
  onMessage: (event, data) => {
    known.hear(event, data)
    showSoon()
    openNamed()
  },
  onLink: (isUp, why) => {
    const link = byId('link')
    link.textContent = isUp ? 'live' : `not up to date: ${why}`
    link.classList.toggle('lost', !isUp)
  },
})
