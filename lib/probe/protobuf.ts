/** As much of protobuf's wire format as two messages of one field each need. */

const varint = 0
const fixed64 = 1
const lengthDelimited = 2
const fixed32 = 5

export function stringField(number: number, text: string): Buffer {
  const bytes = Buffer.from(text)
  return Buffer.concat([Buffer.from([...varintOf(number * 8 + lengthDelimited), ...varintOf(bytes.length)]), bytes])
}

/** An enum's value: the last one, as the format wants it; 0 when it is not there; null when this is no message. */
export function enumOf(message: Buffer, number: number): number | null {
  let value = 0
  let at = 0
  const next = (): number => {
    let result = 0
    for (let scale = 1; at < message.length && scale <= 2 ** 63; scale *= 128) {
      const byte = message[at] ?? 0
      at += 1
      result += (byte & 127) * scale
      if (byte < 128) return result
    }
    at = message.length + 1
    return 0
  }
  while (at < message.length) {
    const key = next()
    const type = key % 8
    if (type === varint) {
      const found = next()
      if (Math.floor(key / 8) === number) value = found
    } else if (type === fixed64) at += 8
    else if (type === fixed32) at += 4
    else if (type === lengthDelimited) {
      const length = next()
      at += length
    } else return null
  }
  return at === message.length ? value : null
}

function varintOf(value: number): number[] {
  return value < 128 ? [value] : [128 + (value % 128), ...varintOf(Math.floor(value / 128))]
}
