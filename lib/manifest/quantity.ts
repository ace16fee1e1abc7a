/**
 * Kubernetes quantities (`500m`, `1.5Gi`, `1e3`), exact.
 * Source: k8s.io/apimachinery/pkg/api/resource, ParseQuantity: kept to 1e-9, rounded away from zero, capped at 2^63-1.
 * On purpose stricter: at least one digit is needed (Kubernetes reads "." and "+" as 0).
 */

import type { Json } from './normal-form.js'
import { textOf } from './shape.js'

export interface Quantity {
  /** In units of 1e-9. */
  readonly nanos: bigint
}

const binary: Readonly<Record<string, bigint>> = {
  Ki: 1n << 10n,
  Mi: 1n << 20n,
  Gi: 1n << 30n,
  Ti: 1n << 40n,
  Pi: 1n << 50n,
  Ei: 1n << 60n,
}

/** Powers of ten. */
const decimal: Readonly<Record<string, number>> = { n: -9, u: -6, m: -3, '': 0, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 }

const form = /^([+-]?)([0-9]*)(?:\.([0-9]*))?([A-Za-z]*)([+-]?[0-9]*)$/
const nano = 1_000_000_000n
const most = (1n << 63n) - 1n
/** Nobody writes a longer one, and a BigInt costs its length. */
const longest = 64

/** null when it is not a quantity. */
export function parseQuantity(text: string): Quantity | null {
  if (text.length > longest) return null
  const parts = form.exec(text)
  if (parts === null) return null
  const [, sign, whole = '', fraction = '', suffix = '', exponent = ''] = parts
  if (whole === '' && fraction === '') return null
  const digits = BigInt(whole + fraction)
  const magnitude = scaled(digits, fraction.length, suffix, exponent)
  if (magnitude === null) return null
  const capped = magnitude > most * nano ? most * nano : magnitude
  return { nanos: sign === '-' ? -capped : capped }
}

/** digits / 10^fractionLength times what the suffix says, in nanos. */
function scaled(digits: bigint, fractionLength: number, suffix: string, exponent: string): bigint | null {
  const factor = Object.hasOwn(binary, suffix) ? binary[suffix] : undefined
  if (factor !== undefined)
    return exponent === '' ? divideUp(digits * factor * nano, 10n ** BigInt(fractionLength)) : null
  const power = powerOfTen(suffix, exponent)
  if (power === null) return null
  if (digits === 0n) return 0n
  const shift = power - fractionLength + 9
  if (shift > 2 * longest) return (most + 1n) * nano
  if (shift < -2 * longest) return 1n
  return shift >= 0 ? digits * 10n ** BigInt(shift) : divideUp(digits, 10n ** BigInt(-shift))
}

function powerOfTen(suffix: string, exponent: string): number | null {
  if (exponent === '') return Object.hasOwn(decimal, suffix) ? (decimal[suffix] ?? null) : null
  const isExponent = (suffix === 'e' || suffix === 'E') && /[0-9]/.test(exponent)
  return isExponent ? Number(exponent) : null
}

/** What Kubernetes calls Value(): whole units, rounded up. */
export function wholeUnits(quantity: Quantity): bigint {
  return roundUp(quantity.nanos, nano)
}

/** What Kubernetes calls MilliValue(): thousandths, rounded up. */
export function milliUnits(quantity: Quantity): bigint {
  return roundUp(quantity.nanos, nano / 1000n)
}

/** An amount in thousandths; null when there is none. */
export function millisOf(amounts: Json, name: string): number | null {
  const quantity = parseQuantity(textOf(amounts, name) ?? '')
  return quantity === null ? null : Number(milliUnits(quantity))
}

/** An amount in whole units; null when there is none. */
export function bytesOf(amounts: Json, name: string): number | null {
  return bytesIn(textOf(amounts, name) ?? '')
}

/** null when the text is no quantity. */
export function bytesIn(text: string): number | null {
  const quantity = parseQuantity(text)
  return quantity === null ? null : Number(wholeUnits(quantity))
}

export function isWhole(quantity: Quantity): boolean {
  return quantity.nanos % nano === 0n
}

function roundUp(nanos: bigint, unit: bigint): bigint {
  return nanos < 0n ? -divideUp(-nanos, unit) : divideUp(nanos, unit)
}

/** Of two numbers that are not negative. */
function divideUp(value: bigint, by: bigint): bigint {
  return (value + by - 1n) / by
}

/** For a text that is no quantity: what was probably meant. */
export function quantitySuggestion(text: string): string | null {
  const parts = /^\s*([0-9]+(?:\.[0-9]+)?)\s*([A-Za-z]*)\s*$/.exec(text)
  if (parts === null) return null
  const [, number = '', unit = ''] = parts
  const letter = unit.charAt(0)
  if (parseQuantity(number + unit) !== null) return `write ${number}${unit} without spaces`
  if (/^[kmgtpe]i?b?$/i.test(unit) && letter !== '') {
    const upper = letter.toUpperCase()
    const decimalUnit = upper === 'K' ? 'k' : upper
    return `did you mean ${number}${upper}i (powers of 1024) or ${number}${decimalUnit} (powers of 1000)?`
  }
  return null
}
