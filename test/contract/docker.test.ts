/** The real engine under the contract that the simulation's model passes too. */

import { DockerReader, DockerRuntime } from '../../lib/docker/index.js'
import { startTestEngine } from '../support/engine.js'
import { importBusybox, withUser } from '../support/images.js'
import { silentLogger } from '../support/logger.js'
import { isWanted as isPodman } from '../support/podman.js'
import { containerRuntimeContract } from './container-runtime.js'
import { anOwner } from '../support/pods.js'

// With a registry's name, for podman would put one before them.
const image = 'podkeep.test/busybox:contract'
const imageOfUser = 'podkeep.test/busybox:user'

await containerRuntimeContract(isPodman ? 'podman' : 'a Docker Engine', async () => {
  const engine = await startTestEngine()
  await importBusybox(engine.socketPath, image)
  await withUser(engine.socketPath, image, imageOfUser, '1234')
  const address = { kind: 'socket', socketPath: engine.socketPath } as const
  const runtime = new DockerRuntime({ address, owner: anOwner('contract'), logger: silentLogger })
  const otherNode = new DockerRuntime({ address, owner: anOwner('contract-other'), logger: silentLogger })
  const otherFolder = new DockerRuntime({
    address,
    owner: anOwner('contract', 'folder-2'),
    logger: silentLogger,
  })
  const reader = new DockerReader(address, 'contract')
  return {
    runtime,
    reader,
    otherNode,
    otherFolder,
    image,
    imageOfUser,
    ...(isPodman && {
      lacks: new Set(['NFS shares', 'refusing a dead sandbox'] as const),
    }),
    breakEngine: async () => {
      await engine.kill()
      return () => engine.startAgain()
    },
    close: async () => {
      reader.close()
      await runtime.close()
      await otherNode.close()
      await otherFolder.close()
      await engine.close()
    },
  }
})
