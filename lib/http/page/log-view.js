/** What a container printed, and goes on printing while one looks. */

import { byId } from './elements.js'

const shownLines = 500
/** Beyond this the oldest goes. */
const mostCharacters = 200_000
const tryAgainMs = 2000

export class LogView {
  #abort = new AbortController()

  /**
   * @param {string} key `namespace/name`
   * @param {{ container: string, isPrevious: boolean, follows: boolean }} wish
   */
  async show(key, wish) {
    this.close()
    const { signal } = this.#abort
    byId('log').textContent = ''
    byId('log-link').textContent = ''
    for (;;) {
      try {
        await readInto(byId('log'), addressOf(key, wish), signal)
        return
      } catch (error) {
        if (signal.aborted) return
        const why = error instanceof Error ? error.message : String(error)
        byId('log-link').textContent = wish.follows ? `${why}; it is tried again` : why
        if (!wish.follows) return
      }
      await new Promise((resolve) => setTimeout(resolve, tryAgainMs))
      if (signal.aborted) return
    }
  }

  close() {
    this.#abort.abort()
    this.#abort = new AbortController()
  }
}

/** @param {string} key @param {{ container: string, isPrevious: boolean, follows: boolean }} wish */
function addressOf(key, { container, isPrevious, follows }) {
  const query = new URLSearchParams({
    tailLines: String(shownLines),
    ...(isPrevious && { previous: 'true' }),
    ...(follows && !isPrevious && { follow: 'true' }),
  })
  return `containerLogs/${key}/${container}?${query}`
}

/**
 * Until the log ends. What was read before stays there until there is an answer.
 * @param {HTMLElement} place
 * @param {string} address
 * @param {AbortSignal} signal
 */
async function readInto(place, address, signal) {
  const answer = await fetch(address, { signal })
  if (!answer.ok || answer.body === null) throw new Error(await messageOf(answer))
  byId('log-link').textContent = ''
  place.textContent = ''
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader()
  for (;;) {
    const { done, value } = await reader.read()
    if (done || signal.aborted) break
    append(place, value)
  }
  if (place.textContent === '') place.textContent = '(nothing printed)'
}

/** Who has scrolled up goes on reading there. @param {HTMLElement} place @param {string} text */
function append(place, text) {
  const isAtEnd = place.scrollHeight - place.scrollTop - place.clientHeight < 40
  place.append(withoutColours(text))
  if ((place.textContent ?? '').length > mostCharacters)
    place.textContent = (place.textContent ?? '').slice(-mostCharacters)
  if (isAtEnd) place.scrollTop = place.scrollHeight
}

/** @param {string} text what programs send to terminals */
function withoutColours(text) {
  return text.replace(/\u001b\[[0-9;]*[A-Za-z]/g, '')
}

/** @param {Response} answer */
async function messageOf(answer) {
  const text = await answer.text()
  try {
    return String(JSON.parse(text).message)
  } catch {
    // Not every answer is a Status.
    return text.slice(0, 300) || `the answer was ${answer.status}`
  }
}
