/** A world where these pods were asked for from the start, a second later. */

import { podText, type PodText } from './manifests.js'
import { World } from './world.js'

export async function worldWith(...pods: readonly PodText[]): Promise<World> {
  const world = new World()
  for (const pod of pods) world.files.set(`${pod.name}.yaml`, podText(pod))
  await world.start()
  await world.clock.advance(1000)
  return world
}
