/** When an HTTP answer is over, and what it says: however it is cut into pieces. */

import t from 'tap'

import { HttpResponse } from '../../../lib/probe/http-response.js'

interface Outcome {
  readonly status: number | null
  readonly location: string | undefined
  /** After how many bytes it was over; null: not before the server closed. */
  readonly overAfter: number | null
  readonly isWholeAtEnd: boolean
  readonly problem: string | null
}

function read(text: string, pieceBytes: number): Outcome {
  const bytes = Buffer.from(text, 'latin1')
  const response = new HttpResponse()
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    const result = response.push(bytes.subarray(at, at + pieceBytes))
    if (typeof result === 'string') return { ...whole(response), overAfter: null, problem: result }
    if (result) return { ...whole(response), overAfter: Math.min(bytes.length, at + pieceBytes), problem: null }
  }
  return { ...whole(response), overAfter: null, problem: null }
}

function whole(response: HttpResponse): Pick<Outcome, 'status' | 'location' | 'isWholeAtEnd'> {
  const { head } = response
  return { status: head?.status ?? null, location: head?.location, isWholeAtEnd: response.isWholeAtEnd() }
}

const ok = 'HTTP/1.1 200 OK\r\n'

await t.test('an answer, read byte by byte and at once', async (t) => {
  const cases: Record<string, readonly [text: string, want: Partial<Outcome> & { over?: boolean }]> = {
    'with a length': [`${ok}Content-Length: 5\r\n\r\nhello`, { status: 200, over: true }],
    'of length 0': [`${ok}content-length: 0\r\n\r\n`, { over: true }],
    'that was cut short': [`${ok}Content-Length: 50\r\n\r\nhello`, { over: false, isWholeAtEnd: false }],
    'that ends with the connection': [`${ok}\r\nhello`, { over: false, isWholeAtEnd: true }],
    'in chunks': [`${ok}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n`, { over: true }],
    'in chunks, cut short': [`${ok}Transfer-Encoding: chunked\r\n\r\n5\r\nhel`, { over: false, isWholeAtEnd: false }],
    'in chunks, with a trailer': [
      `${ok}Transfer-Encoding: gzip, chunked\r\n\r\n5\r\nhello\r\n0\r\nA: b\r\n\r\n`,
      { over: false, isWholeAtEnd: true },
    ],
    'after others that are not it': [
      `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLocation: /no\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n`,
      { status: 204, location: undefined, over: true },
    ],
    'without a body, whatever it says': [
      `HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n`,
      { status: 304, over: true },
    ],
    'that switches protocols': [`HTTP/1.1 101 Switching\r\n\r\n`, { status: 101, over: true }],
    'with bare line ends': [
      `HTTP/1.0 404 Gone\nLocation: /a b \nContent-Length: 1\n\nx`,
      { status: 404, location: '/a b', over: true },
    ],
    'without words after the status': [`HTTP/1.1 503\r\nContent-Length: 0\r\n\r\n`, { status: 503, over: true }],
    'with a length that is none': [`${ok}Content-Length: many\r\n\r\nx`, { over: false, isWholeAtEnd: true }],
    'whose headers only look like others': [
      `${ok}X-Location: /no\r\nX: location: /no\r\n\r\n`,
      { location: undefined, over: false },
    ],
    'that has not begun': ['', { status: null, over: false, isWholeAtEnd: false }],
    'whose headers stopped': [`${ok}Content-Le`, { status: null, over: false, isWholeAtEnd: false }],
  }
  for (const [name, [text, { over, ...want }]] of Object.entries(cases)) {
    for (const pieceBytes of [1, 3, 7, 100_000]) {
      const outcome = read(text, pieceBytes)
      t.match(outcome, { problem: null, ...want }, `${name}, in pieces of ${pieceBytes}`)
      t.equal(
        outcome.overAfter,
        over === true ? text.length : null,
        `${name}, in pieces of ${pieceBytes}: when it is over`,
      )
    }
  }
})

await t.test('more than 10 KiB of a body are not waited for', async (t) => {
  for (const head of [
    `${ok}\r\n`,
    `${ok}Content-Length: 99999999\r\n\r\n`,
    `${ok}Transfer-Encoding: chunked\r\n\r\n`,
  ]) {
    const { overAfter, status } = read(head + 'x'.repeat(20_000), 1)
    t.equal(status, 200)
    t.equal(overAfter, head.length + 10 * 1024 + 1)
  }
})

await t.test('what is no HTTP answer is told apart', async (t) => {
  for (const text of ['hello\r\n\r\n', 'HTTP/1.1 OK\r\n\r\n', 'HTTP/1.1 2000 OK\r\n\r\n', '\r\n\r\n']) {
    t.match(read(text, 4), { problem: /^malformed HTTP response/, isWholeAtEnd: false }, JSON.stringify(text))
  }
  t.equal(read(`${ok}${'X: y\r\n'.repeat(300_000)}`, 100_000).problem, 'the headers are too long')
})
