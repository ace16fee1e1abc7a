/**
 * The server's changes, for as long as the page is open. Read with fetch and not with EventSource, which tells nobody why it was
 * refused.
 *
 * @typedef {{ onMessage: (event: string, data: unknown) => void, onLink: (isUp: boolean, why: string) => void }} Listener
 */

const firstWaitMs = 1000
const longestWaitMs = 15_000
/** The server sends something every 15 s. */
const silenceMs = 40_000

/** @param {Listener} listener */
export async function followChanges(listener) {
  let lastId = ''
  let waitMs = firstWaitMs
  for (;;) {
    try {
      await readOnce(lastId, {
        onId: (id) => (lastId = id),
        onMessage: (event, data) => {
          waitMs = firstWaitMs
          listener.onMessage(event, data)
        },
        onOpen: () => listener.onLink(true, ''),
      })
      listener.onLink(false, 'podkeep ended the connection')
    } catch (error) {
      listener.onLink(false, error instanceof Error ? error.message : String(error))
    }
    await new Promise((resolve) => setTimeout(resolve, waitMs))
    waitMs = Math.min(longestWaitMs, waitMs * 2)
  }
}

/**
 * @param {string} lastId
 * @param {{ onId: (id: string) => void, onMessage: (event: string, data: unknown) => void, onOpen: () => void }} listener
 */
async function readOnce(lastId, listener) {
  const abort = new AbortController()
  let silence = setTimeout(() => abort.abort(new Error('podkeep has not answered for a while')), silenceMs)
  try {
    const answer = await fetch('stream', {
      headers: lastId === '' ? {} : { 'Last-Event-ID': lastId },
      signal: abort.signal,
    })
    if (!answer.ok || answer.body === null) throw new Error(await refusalOf(answer))
    listener.onOpen()
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader()
    let rest = ''
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      clearTimeout(silence)
      silence = setTimeout(() => abort.abort(new Error('podkeep has not answered for a while')), silenceMs)
      const blocks = (rest + value).split('\n\n')
      rest = blocks.pop() ?? ''
      for (const block of blocks) tell(block, listener)
    }
  } finally {
    clearTimeout(silence)
  }
}

/** @param {string} block @param {{ onId: (id: string) => void, onMessage: (event: string, data: unknown) => void }} listener */
function tell(block, { onId, onMessage }) {
  let event = 'message'
  let data = ''
  let id = null
  for (const line of block.split('\n')) {
    const [, field, value = ''] = /^(\w+): ?(.*)$/.exec(line) ?? []
    if (field === 'event') event = value
    if (field === 'data') data += value
    if (field === 'id') id = value
  }
  if (data !== '') onMessage(event, JSON.parse(data))
  if (id !== null) onId(id)
}

/** Kubernetes' Status says why. @param {Response} answer @returns {Promise<string>} */
async function refusalOf(answer) {
  const text = await answer.text()
  try {
    const { message } = JSON.parse(text)
    return String(message)
  } catch {
    // A proxy's answer, say: its number is all there is.
    return `the answer was ${answer.status}`
  }
}
