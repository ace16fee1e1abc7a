/** The engine API's versions: `1.41`. */

export function isOlder(a: string, b: string): boolean {
  const [aMajor = 0, aMinor = 0] = a.split('.').map(Number)
  const [bMajor = 0, bMinor = 0] = b.split('.').map(Number)
  return aMajor === bMajor ? aMinor < bMinor : aMajor < bMajor
}
