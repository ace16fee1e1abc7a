/** Quantities: what Kubernetes' ParseQuantity, Value() and MilliValue() answer. */

import fc from 'fast-check'
import { t } from 'tap'

import { isWhole, milliUnits, parseQuantity, quantitySuggestion, wholeUnits } from '../../../lib/manifest/quantity.js'

const value = (text: string): bigint | null => {
  const quantity = parseQuantity(text)
  return quantity === null ? null : wholeUnits(quantity)
}
const millis = (text: string): bigint | null => {
  const quantity = parseQuantity(text)
  return quantity === null ? null : milliUnits(quantity)
}

t.test('every form of a quantity has its value', (test) => {
  const int64Max = 9223372036854775807n
  const cases: readonly (readonly [string, bigint | null])[] = [
    ['0', 0n],
    ['1', 1n],
    ['+1', 1n],
    ['-1', -1n],
    ['007', 7n],
    ['1k', 1000n],
    ['1Ki', 1024n],
    ['1.5Ki', 1536n],
    ['.5Ki', 512n],
    ['1.Gi', 1073741824n],
    ['1Ei', 1152921504606846976n],
    ['1E', 1000000000000000000n],
    ['1E3', 1000n],
    ['1e3', 1000n],
    ['1e+3', 1000n],
    ['12e-1', 2n],
    ['1m', 1n],
    ['1n', 1n],
    ['0n', 0n],
    ['0.1', 1n],
    ['9223372036854775807', int64Max],
    ['9223372036854775808', int64Max],
    ['8Ei', int64Max],
    ['1e999999999', int64Max],
    ['1e-999999999', 1n],
    ['0e999999999', 0n],
    ['', null],
    ['.', null],
    ['+', null],
    ['1 Gi', null],
    [' 1', null],
    ['1K', null],
    ['1ki', null],
    ['1e', null],
    ['1Mi5', null],
    ['1.2.3', null],
    ['0x10', null],
    ['1_000', null],
    ['Mi', null],
    ['1MB', null],
    ['9'.repeat(65), null],
  ]
  for (const [text, expected] of cases) test.equal(value(text), expected, JSON.stringify(text))
  test.end()
})

t.test('thousandths and whole units are rounded up, never down', (test) => {
  test.equal(millis('500m'), 500n)
  test.equal(millis('0.5'), 500n)
  test.equal(millis('0.0001'), 1n)
  test.equal(millis('1.0001'), 1001n)
  test.equal(value('1025m'), 2n)
  test.notOk(isWhole(parseQuantity('1m')!))
  test.ok(isWhole(parseQuantity('1000m')!))
  test.end()
})

t.test('a decimal number times its unit is exact for any number', (test) => {
  const units = { '': 0n, k: 3n, M: 6n, G: 9n } as const
  fc.assert(
    fc.property(
      fc.bigInt({ min: 0n, max: 9_000_000_000n }),
      fc.integer({ min: 0, max: 9 }),
      fc.constantFrom('', 'k', 'M', 'G' as const),
      (digits, places, unit) => {
        const text = digits.toString().padStart(places + 1, '0')
        const written = places === 0 ? text : `${text.slice(0, -places)}.${text.slice(-places)}`
        const nanos = parseQuantity(written + unit)?.nanos
        return nanos === (digits * 10n ** (9n + units[unit])) / 10n ** BigInt(places)
      },
    ),
  )
  fc.assert(fc.property(fc.nat(), (number) => value(`${number}Mi`) === BigInt(number) * 1048576n))
  fc.assert(fc.property(fc.nat(), (number) => millis(`${number}m`) === BigInt(number)))
  fc.assert(
    fc.property(
      fc.integer(),
      fc.integer({ min: -300, max: 300 }),
      (number, exponent) => typeof value(`${number}e${exponent}`) === 'bigint',
    ),
  )
  test.end()
})

t.test('any text is answered, and a wrong unit gets a suggestion', (test) => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[-+.0-9eEinumkKMGTP]{0,20}$/)), (text) => {
      const quantity = parseQuantity(text)
      quantitySuggestion(text)
      return quantity === null || /[0-9]/.test(text)
    }),
  )
  test.equal(quantitySuggestion('1 Gi'), 'write 1Gi without spaces')
  test.equal(quantitySuggestion('64kb'), 'did you mean 64Ki (powers of 1024) or 64k (powers of 1000)?')
  test.equal(quantitySuggestion('lots'), null)
  test.end()
})
