/** Bytes to text: UTF-8 and nothing else, with the place of the first byte that is not. */

export type DecodedText =
  | { readonly kind: 'text'; readonly text: string }
  /** `before` is the text up to the first byte that is not UTF-8. */
  | { readonly kind: 'invalid'; readonly before: string; readonly byte: number }

/** A byte order mark is dropped. */
export function decodeUtf8(bytes: Uint8Array): DecodedText {
  const end = validLength(bytes)
  const text = new TextDecoder().decode(bytes.subarray(0, end))
  const byte = bytes[end]
  return byte === undefined ? { kind: 'text', text } : { kind: 'invalid', before: text, byte }
}

function validLength(bytes: Uint8Array): number {
  let at = 0
  while (at < bytes.length) {
    const length = sequenceLength(bytes, at)
    if (length === 0) return at
    at += length
  }
  return at
}

/** 0 when no well-formed character starts here. Source: table 3-7 of the Unicode standard. */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at] ?? 0
  if (first < 0x80) return 1
  const second = bytes[at + 1] ?? 0
  if (first >= 0xc2 && first <= 0xdf) return isContinuation(second) ? 2 : 0
  const third = bytes[at + 2] ?? 0
  if (first >= 0xe0 && first <= 0xef) {
    const low = first === 0xe0 ? 0xa0 : 0x80
    const high = first === 0xed ? 0x9f : 0xbf
    return second >= low && second <= high && isContinuation(third) ? 3 : 0
  }
  if (first >= 0xf0 && first <= 0xf4) {
    const low = first === 0xf0 ? 0x90 : 0x80
    const high = first === 0xf4 ? 0x8f : 0xbf
    const fourth = bytes[at + 3] ?? 0
    return second >= low && second <= high && isContinuation(third) && isContinuation(fourth) ? 4 : 0
  }
  return 0
}

function isContinuation(byte: number): boolean {
  return byte >= 0x80 && byte <= 0xbf
}
