/**
 * What a container writes, as the engine sends it: frames with eight bytes of head (stream, three zeros, length) before the
 * content; from a container with a terminal the bytes as they are.
 */

export interface Piece {
  readonly from: 'stdout' | 'stderr'
  readonly bytes: Buffer
}

const headBytes = 8
const nothing: Buffer = Buffer.alloc(0)

/** Takes the bytes however they are cut. */
export class FrameSplitter {
  /** null: the first bytes tell. */
  #isRaw: boolean | null
  /** Of a head, or all of it where it is not known yet whether there are frames. */
  #rest: Buffer = nothing
  /** Still to come of the frame. */
  #leftBytes = 0
  #from: Piece['from'] = 'stdout'

  constructor(isRaw: boolean | null) {
    this.#isRaw = isRaw
  }

  take(chunk: Buffer): Piece[] {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk])
    if (this.#isRaw === null && this.#rest.length >= headBytes) this.#isRaw = !isHead(this.#rest)
    if (this.#isRaw === null) return []
    return this.#isRaw ? this.#all() : this.#frames()
  }

  /** Too short for a single head: the few bytes of a terminal. */
  end(): Piece[] {
    return this.#isRaw === null ? this.#all() : []
  }

  #all(): Piece[] {
    const bytes = this.#rest
    this.#rest = nothing
    return bytes.length === 0 ? [] : [{ from: 'stdout', bytes }]
  }

  #frames(): Piece[] {
    const pieces: Piece[] = []
    for (;;) {
      if (this.#leftBytes === 0) {
        if (this.#rest.length < headBytes) return pieces
        this.#from = this.#rest[0] === 2 ? 'stderr' : 'stdout'
        this.#leftBytes = this.#rest.readUInt32BE(4)
        this.#rest = this.#rest.subarray(headBytes)
      }
      const bytes = this.#rest.subarray(0, this.#leftBytes)
      if (bytes.length > 0) pieces.push({ from: this.#from, bytes })
      this.#leftBytes -= bytes.length
      this.#rest = this.#rest.subarray(bytes.length)
      if (this.#leftBytes > 0) return pieces
    }
  }
}

/** No text begins so. */
function isHead(bytes: Buffer): boolean {
  return (bytes[0] ?? 255) <= 2 && bytes[1] === 0 && bytes[2] === 0 && bytes[3] === 0
}
