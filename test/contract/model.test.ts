/** The simulation's model engine under the contract that a real engine passes too. */

import { ModelEngine } from '../sim/model-engine.js'
import { ModelReader } from '../sim/model-reader.js'
import { VirtualClock } from '../sim/virtual-clock.js'
import { containerRuntimeContract } from './container-runtime.js'

const image = 'podkeep-test/busybox:contract'
const imageOfUser = 'podkeep-test/busybox:user'

await containerRuntimeContract('the model engine', async () => {
  const clock = new VirtualClock()
  const engine = new ModelEngine(clock)
  engine.images.add(image)
  engine.images.add(imageOfUser)
  engine.imageUsers.set(imageOfUser, '1234')
  const runtime = engine.runtime('contract')
  const otherNode = engine.runtime('contract-other')
  const otherFolder = engine.runtime('contract', 'folder-2')
  const reader = new ModelReader(engine, 'contract')
  return {
    runtime,
    reader,
    otherNode,
    otherFolder,
    image,
    imageOfUser,
    breakEngine: async () => {
      engine.stop()
      return async () => {
        engine.startAgain()
      }
    },
    wait: (ms) => clock.advance(ms),
    close: async () => {
      await runtime.close()
      await otherNode.close()
      await otherFolder.close()
    },
  }
})
