/**
 * Bugs. A broken invariant ends the process: the engine keeps the pods running and the next start adopts them, which is
 * safer than going on with a state nobody thought of.
 */

export class BrokenInvariant extends Error {
  override readonly name = 'BrokenInvariant'
}

/** @throws BrokenInvariant when `condition` is false; the message says what was believed. */
export function invariant(condition: unknown, belief: string): asserts condition {
  if (!condition) throw new BrokenInvariant(`this was believed to hold and does not: ${belief}`)
}

/** For the default branch of an exhaustive switch: a new case does not compile until it is handled. */
export function unreachable(value: never): never {
  throw new BrokenInvariant(`no branch for ${JSON.stringify(value)}`)
}
