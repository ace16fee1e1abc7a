/** Files that the kernel makes up when they are read. */

import { readFileSync } from 'node:fs'

/** `max` is no number; null too when the file is not there. */
export function numberOf(path: string): number | null {
  const text = textOf(path)?.trim() ?? ''
  return /^\d+$/.test(text) ? Number(text) : null
}

/** Lines of a name and a number. */
export function numbersOf(path: string): Map<string, number> | null {
  const text = textOf(path)
  if (text === null) return null
  return new Map(
    text.split('\n').flatMap((line): [string, number][] => {
      const [name, value] = line.split(' ')
      return name === undefined || value === undefined ? [] : [[name, Number(value)]]
    }),
  )
}

/** The kernel's files answer at once; reading them beside each other would cost more. null: it is not there. */
export function textOf(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return null
  }
}
