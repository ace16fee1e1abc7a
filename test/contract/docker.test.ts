/** The real engine under the contract that the simulation's model passes too. */

import { DockerRuntime } from '../../lib/docker/index.js'
import { startTestEngine } from '../support/engine.js'
import { importBusybox } from '../support/images.js'
import { silentLogger } from '../support/logger.js'
import { containerRuntimeContract } from './container-runtime.js'

const image = 'podkeep-test/busybox:contract'

await containerRuntimeContract('a Docker Engine', async () => {
  const engine = await startTestEngine()
  await importBusybox(engine.socketPath, image)
  const address = { kind: 'socket', socketPath: engine.socketPath } as const
  const runtime = new DockerRuntime({ address, node: 'contract', logger: silentLogger })
  const otherNode = new DockerRuntime({ address, node: 'contract-other', logger: silentLogger })
  return {
    runtime,
    otherNode,
    image,
    breakEngine: async () => {
      await engine.kill()
      return () => engine.startAgain()
    },
    close: async () => {
      await runtime.close()
      await otherNode.close()
      await engine.close()
    },
  }
})
