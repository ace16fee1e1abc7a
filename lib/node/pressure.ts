/** Pressure stall information. Source: psi.rst of the kernel's documentation. */

import type { Pressure, Pressures } from '../ports/index.js'
import { textOf } from './kernel-file.js'

type Share = Pressure['some']

const nothing: Share = { totalMicros: 0, avg10: 0, avg60: 0, avg300: 0 }

export function pressuresIn(fileOf: (resource: 'cpu' | 'memory' | 'io') => string): Pressures {
  return { cpu: pressureIn(fileOf('cpu')), memory: pressureIn(fileOf('memory')), io: pressureIn(fileOf('io')) }
}

/** null where the kernel was made, or started, without it. */
function pressureIn(path: string): Pressure | null {
  const text = textOf(path)
  const some = text === null ? null : shareOf('some', text)
  if (text === null || some === null) return null
  // Older kernels do not tell of a whole machine without cpu, which is never so.
  return { some, full: shareOf('full', text) ?? nothing }
}

function shareOf(name: string, text: string): Share | null {
  const [, avg10, avg60, avg300, total] =
    new RegExp(`^${name} avg10=([\\d.]+) avg60=([\\d.]+) avg300=([\\d.]+) total=(\\d+)$`, 'm').exec(text) ?? []
  if (total === undefined) return null
  return { totalMicros: Number(total), avg10: Number(avg10), avg60: Number(avg60), avg300: Number(avg300) }
}
