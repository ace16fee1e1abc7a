/** Who may ask: one who knows a token of the file. What is compared takes the same time, whatever is wrong with it. */

import { createHash, timingSafeEqual } from 'node:crypto'

import type { Logger } from '../ports/index.js'
import { ChangingFiles } from './changing-file.js'

const shortestToken = 16
const howToMake = '"openssl rand -hex 32" makes one'

export class BearerTokens {
  readonly #file: ChangingFiles<readonly Buffer[]>

  /** @throws ACCESS_FILE_UNUSABLE */
  constructor(path: string, logger: Logger) {
    this.#file = new ChangingFiles([path], digestsOf, logger)
  }

  /** @param header Authorization */
  allows(header: string | undefined): boolean {
    const [, token] = /^Bearer +(\S+) *$/i.exec(header ?? '') ?? []
    if (token === undefined) return false
    const asked = digest(token)
    return this.#file.content.reduce((isKnown, known) => timingSafeEqual(known, asked) || isKnown, false)
  }
}

function digestsOf([text = '']: readonly string[]): Buffer[] {
  const tokens = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
  if (tokens.length === 0) throw new Error(`there is no token in it (${howToMake})`)
  if (tokens.some((token) => token.length < shortestToken || /\s/.test(token))) {
    throw new Error(`a token has ${shortestToken} characters at least, and no blank inside (${howToMake})`)
  }
  return tokens.map(digest)
}

function digest(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}
