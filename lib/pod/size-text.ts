/** Amounts of bytes as Kubernetes writes them. */

const units = [
  ...['Ei', 'Pi', 'Ti', 'Gi', 'Mi', 'Ki'].map((unit, at) => [unit, 1024 ** (6 - at)] as const),
  ...['E', 'P', 'T', 'G', 'M', 'k'].map((unit, at) => [unit, 1000 ** (6 - at)] as const),
]

/** `1Gi`, `500M`; exact. */
export function sizeText(bytes: number): string {
  const unit = units.find(([, size]) => bytes >= size && bytes % size === 0)
  return unit === undefined ? String(bytes) : `${bytes / unit[1]}${unit[0]}`
}
