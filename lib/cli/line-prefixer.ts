/** Puts words before each line of a stream of bytes, however the bytes are cut; lines of several streams never mix. */

const newline = 0x0a

export class LinePrefixer {
  readonly #prefix: Buffer
  #pending: Buffer = Buffer.alloc(0)

  /** @param prefix empty: bytes go through as they come */
  constructor(prefix: string) {
    this.#prefix = Buffer.from(prefix)
  }

  /** The lines that are whole by now. */
  take(bytes: Buffer): Buffer {
    if (this.#prefix.length === 0) return bytes
    const all = Buffer.concat([this.#pending, bytes])
    const end = all.lastIndexOf(newline) + 1
    this.#pending = all.subarray(end)
    const lines: Buffer[] = []
    for (let from = 0; from < end;) {
      const to = all.indexOf(newline, from) + 1
      lines.push(this.#prefix, all.subarray(from, to))
      from = to
    }
    return Buffer.concat(lines)
  }

  /** The last line, which nobody has ended. */
  end(): Buffer {
    if (this.#pending.length === 0) return this.#pending
    return Buffer.concat([this.#prefix, this.#pending, Buffer.of(newline)])
  }
}
