/** What every random life has against it: answers and events that come late, calls that fail before or after they took effect. */

import type { Chaos } from './model-engine.js'
import { Random } from './random.js'
import type { World } from './world.js'

/** Of their own randomness, so that another life under the same seed has the same ones. */
export function troubles(seed: number, failAfter = 0.03): Chaos {
  return { random: new Random(seed + 1), maxLatencyMs: 400, maxEventDelayMs: 600, failBefore: 0.03, failAfter }
}

/** The engine is well again, and podkeep runs. */
export async function endTroubles(world: World): Promise<void> {
  world.engine.chaos = null
  if (!world.engine.isUp) world.engine.startAgain()
  if (!world.isRunning) await world.start()
}
