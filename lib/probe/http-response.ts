/**
 * As much of an HTTP/1 answer as a probe needs: the status, where it redirects to, and when it is over. Nothing is unpacked.
 * Lenient: a probe asks whether somebody answers, and an answer that breaks a small rule is one.
 */

export interface HttpHead {
  readonly status: number
  readonly location: string | undefined
}

/** More of an answer is not waited for. */
const maxBodyBytes = 10 * 1024
const maxHeadBytes = 1024 * 1024
/** The last chunk and no trailer. */
const chunkedEnd = Buffer.from('0\r\n\r\n')

export class HttpResponse {
  #head: HttpHead | null = null
  /** Of the head, until it is whole. */
  #pending: Buffer = Buffer.alloc(0)
  #bodyBytes = 0
  /** null: not told. */
  #wantedBytes: number | null = null
  #isChunked = false
  #tail: Buffer = Buffer.alloc(0)

  /** null until it is whole. */
  get head(): HttpHead | null {
    return this.#head
  }

  /** @returns whether the answer is over, as far as anybody will wait for it; a string says why it is no answer */
  push(chunk: Buffer): boolean | string {
    if (this.#head !== null) return this.#pushBody(chunk)
    this.#pending = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk])
    const end = headEnd(this.#pending)
    if (end === null) return this.#pending.length > maxHeadBytes ? 'the headers are too long' : false
    const text = this.#pending.toString('latin1', 0, end)
    const rest = this.#pending.subarray(end)
    const status = /^HTTP\/\d+(?:\.\d+)? (\d{3})(?!\d)/.exec(text)?.[1]
    if (status === undefined) return `malformed HTTP response ${JSON.stringify(text.slice(0, 60).trimEnd())}`
    this.#pending = Buffer.alloc(0)
    // 100 and 103 come before the answer itself.
    if (status.startsWith('1') && status !== '101') return this.push(rest)
    this.#begin(Number(status), text)
    return this.#pushBody(rest)
  }

  /** The server has closed its side. @returns false: before the answer was over */
  isWholeAtEnd(): boolean {
    if (this.#head === null) return false
    // Trailers end with an empty line too.
    if (this.#isChunked) return this.#tail.subarray(1).equals(chunkedEnd.subarray(1))
    return this.#bodyBytes >= (this.#wantedBytes ?? 0)
  }

  #begin(status: number, text: string): void {
    this.#head = { status, location: field(text, 'location') }
    const hasBody = status >= 200 && status !== 204 && status !== 304
    this.#isChunked = hasBody && /\bchunked\b/i.test(field(text, 'transfer-encoding') ?? '')
    const length = Number(field(text, 'content-length') ?? NaN)
    if (!hasBody) this.#wantedBytes = 0
    else if (!this.#isChunked && Number.isSafeInteger(length)) this.#wantedBytes = length
  }

  #pushBody(chunk: Buffer): boolean {
    this.#bodyBytes += chunk.length
    if (this.#bodyBytes > maxBodyBytes) return true
    if (!this.#isChunked) return this.#wantedBytes !== null && this.#bodyBytes >= this.#wantedBytes
    this.#tail = Buffer.concat([this.#tail, chunk]).subarray(-chunkedEnd.length)
    return this.#tail.equals(chunkedEnd)
  }
}

/** Where the body begins; null while the empty line has not come. */
function headEnd(bytes: Buffer): number | null {
  const end = bytes.indexOf('\r\n\r\n')
  if (end !== -1) return end + 4
  const bare = bytes.indexOf('\n\n')
  return bare === -1 ? null : bare + 2
}

function field(head: string, name: string): string | undefined {
  const at = head.toLowerCase().indexOf(`\n${name}:`)
  if (at === -1) return undefined
  const end = head.indexOf('\n', at + 1)
  return head.slice(at + name.length + 2, end === -1 ? undefined : end).trim()
}
