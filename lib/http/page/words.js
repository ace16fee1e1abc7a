/** Times and amounts, short. */

const units = /** @type {const} */ ([
  [86_400, 'd'],
  [3600, 'h'],
  [60, 'min'],
  [1, 's'],
])

/** @param {number} ms a span @returns {string} `3 min`, `2 d` */
export function span(ms) {
  const seconds = Math.max(0, Math.round(ms / 1000))
  for (const [size, name] of units) if (seconds >= size) return `${Math.floor(seconds / size)} ${name}`
  return '0 s'
}

/** @param {string | undefined | null} time RFC 3339 @param {number} nowMs */
export function age(time, nowMs) {
  return time ? span(nowMs - Date.parse(time)) : ''
}

/** @param {number} count @param {string} noun */
export function counted(count, noun) {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

/** @param {number} bytes */
export function memory(bytes) {
  const names = ['B', 'KiB', 'MiB', 'GiB', 'TiB']
  let amount = bytes
  let at = 0
  while (amount >= 1000 && at < names.length - 1) {
    amount /= 1024
    at += 1
  }
  return `${amount >= 100 || at === 0 ? Math.round(amount) : amount.toFixed(1)} ${names[at]}`
}

/** @param {number} nanoCores */
export function cpu(nanoCores) {
  const millis = nanoCores / 1e6
  return millis < 10 ? `${millis.toFixed(1)} m` : `${Math.round(millis)} m`
}
