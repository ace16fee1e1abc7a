import { PassThrough, Readable } from 'node:stream'

import t from 'tap'

import { endOf, lastLines } from '../../../lib/docker/last-log.js'

const patienceMs = 60_000

function frame(stream: number, text: string): Buffer {
  const content = Buffer.from(text)
  const head = Buffer.alloc(8)
  head[0] = stream
  head.writeUInt32BE(content.length, 4)
  return Buffer.concat([head, content])
}

/** The bytes, cut into pieces of `size`. */
function pieces(bytes: Buffer, size: number): Readable {
  const count = Math.ceil(bytes.length / size)
  return Readable.from(Array.from({ length: count }, (_, index) => bytes.subarray(index * size, (index + 1) * size)))
}

await t.test('frames of both streams are put together, wherever they are cut', async (t) => {
  const log = Buffer.concat([frame(1, 'out\n'), frame(2, ''), frame(2, 'grün\n'), frame(1, 'end')])
  for (let size = 1; size <= log.length; size++) t.equal(await endOf(pieces(log, size), patienceMs), 'out\ngrün\nend')
  t.equal(await endOf(Readable.from([]), patienceMs), '')
})

await t.test('what a terminal wrote has no frames', async (t) => {
  for (const text of ['hi', 'hello\r\nthere\r\n', 'ü'.repeat(20)]) {
    for (const size of [1, 3, 100]) t.equal(await endOf(pieces(Buffer.from(text), size), patienceMs), text)
  }
})

await t.test('of the lines the last 80 count', async (t) => {
  const lines = Array.from({ length: 100 }, (_, index) => `line ${index}`)
  t.equal(lastLines(lines.join('\n')), lines.slice(20).join('\n'))
  t.equal(lastLines(`${lines.join('\n')}\n`), `${lines.slice(20).join('\n')}\n`)
  t.equal(lastLines('one\ntwo\n'), 'one\ntwo\n')
  t.equal(lastLines(''), '')
})

await t.test('only the end is kept, and no half character', async (t) => {
  const long = `${'x'.repeat(5000)}end`
  t.equal(await endOf(pieces(frame(1, long), 700), patienceMs), long.slice(-2048))
  t.equal(await endOf(pieces(frame(1, 'é'.repeat(2000) + '!'), 512), patienceMs), 'é'.repeat(1023) + '!')
})

await t.test('a log that does not end is taken as far as it came', async (t) => {
  const stream = new PassThrough()
  stream.write(frame(1, 'so far'))
  t.equal(await endOf(stream, 20), 'so far')
  t.ok(stream.destroyed)
})

await t.test('a stream that breaks is an error', async (t) => {
  const broken = new Readable({
    read() {
      this.destroy(new Error('broken'))
    },
  })
  await t.rejects(endOf(broken, patienceMs), { message: 'broken' })
})
