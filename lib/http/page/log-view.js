/** What a container printed, and goes on printing while one looks. */

import { byId } from './elements.js'

const shownLines = 500
/** Beyond this the oldest goes. */
const mostCharacters = 200_000

export class LogView {
  #abort = new AbortController()

  /**
   * @param {string} key `namespace/name`
   * @param {{ container: string, isPrevious: boolean, follows: boolean }} wish
   */
  async show(key, { container, isPrevious, follows }) {
    this.close()
    const { signal } = this.#abort
    const place = byId('log')
    place.textContent = ''
    const query = new URLSearchParams({
      tailLines: String(shownLines),
      ...(isPrevious && { previous: 'true' }),
      ...(follows && !isPrevious && { follow: 'true' }),
    })
    try {
      const answer = await fetch(`containerLogs/${key}/${container}?${query}`, { signal })
      if (!answer.ok || answer.body === null) {
        place.textContent = `(${await messageOf(answer)})`
        return
      }
      const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader()
      for (;;) {
        const { done, value } = await reader.read()
        if (done || signal.aborted) break
        append(place, value)
      }
      if (place.textContent === '') place.textContent = '(nothing printed)'
    } catch (error) {
      if (!signal.aborted) append(place, `\n(${error instanceof Error ? error.message : String(error)})`)
    }
  }

  close() {
    this.#abort.abort()
    this.#abort = new AbortController()
  }
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
