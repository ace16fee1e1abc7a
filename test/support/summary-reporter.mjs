/**
 * What a test run prints: every failure with its full name and its diagnostics, skipped tests with their reason, and
 * `N passed, N failed[, N skipped]` alone on the last line. Counts assertions. tap wants a Transform as the default export.
 */

import { Transform } from 'node:stream'
import { Parser } from 'tap-parser'

/** @typedef {import('tap-parser').Result} Result */

export default class SummaryReporter extends Transform {
  #parser = new Parser()
  #passed = 0
  #failed = 0
  #skipped = 0
  #ok = true

  constructor() {
    super()
    this.#listen(this.#parser, [])
    this.#parser.on('complete', (/** @type {{ ok: boolean }} */ results) => (this.#ok = results.ok))
  }

  /**
   * @param {Parser} parser
   * @param {readonly string[]} path the names of the tests around it
   */
  #listen(parser, path) {
    // What a subtest failed inside was counted there; its closing point counts only when nothing inside did.
    let failedInLastChild = 0
    parser.on('child', (/** @type {Parser} */ child) => {
      const failedBefore = this.#failed
      this.#listen(child, [...path, child.name])
      child.on('complete', () => (failedInLastChild = this.#failed - failedBefore))
    })
    parser.on('assert', (/** @type {Result} */ result) => {
      const closesSubtest = result.closingTestPoint
      const alreadyCounted = closesSubtest && (result.ok || failedInLastChild > 0)
      if (result.skip || result.todo) this.#skip(result, path)
      else if (!alreadyCounted) this.#count(result, path)
      if (closesSubtest) failedInLastChild = 0
    })
    parser.on('bailout', (/** @type {string} */ reason) => this.#fail(['bail out', ...path, reason], null))
  }

  /** @param {Result} result @param {readonly string[]} path */
  #skip(result, path) {
    this.#skipped++
    const reason = [result.skip, result.todo].find((text) => typeof text === 'string')
    this.push(`skipped: ${[...path, result.name].join(' > ')}${reason === undefined ? '' : ` (${reason})`}\n`)
  }

  /** @param {Result} result @param {readonly string[]} path */
  #count(result, path) {
    if (result.ok) this.#passed++
    else this.#fail([...path, result.name], result.diag)
  }

  /** @param {readonly string[]} path @param {unknown} diagnostics */
  #fail(path, diagnostics) {
    this.#failed++
    this.push(`\nFAILED: ${path.join(' > ')}\n${diagnosticLines(diagnostics)}\n`)
  }

  /** @override @param {Buffer} chunk @param {BufferEncoding} _encoding @param {() => void} done */
  _transform(chunk, _encoding, done) {
    this.#parser.write(chunk)
    done()
  }

  /** @override @param {() => void} done */
  _flush(done) {
    this.#parser.end()
    // A run can be not ok without a failed assertion: a plan not kept, output that is not TAP, no test at all.
    const nothingRan = this.#passed + this.#failed + this.#skipped === 0
    if ((!this.#ok || nothingRan) && this.#failed === 0) this.#fail(['the run as a whole is not ok'], null)
    this.push(
      `${this.#passed} passed, ${this.#failed} failed${this.#skipped > 0 ? `, ${this.#skipped} skipped` : ''}\n`,
    )
    done()
  }
}

/** @param {unknown} diagnostics */
function diagnosticLines(diagnostics) {
  if (typeof diagnostics !== 'object' || diagnostics === null) return ''
  return Object.entries(diagnostics)
    .map(([key, value]) => `${key}: ${typeof value === 'string' ? value.trimEnd() : JSON.stringify(value, null, 2)}`)
    .map((text) => text.replaceAll(/^/gm, '  ') + '\n')
    .join('')
}
