/**
 * Loads dockerode without what podkeep never uses of it. Its ssh transport and its BuildKit sessions pull in ssh2 and gRPC
 * at load time, which costs about 90 ms and 17 MB resident. While dockerode loads, these modules are empty objects in the
 * require cache; afterwards the cache is as it was. Nothing of dockerode that podkeep calls reaches them: it dials through
 * podkeep's own modem and builds no images.
 */

import { createRequire, Module } from 'node:module'

import type Dockerode from 'dockerode'

export type { Dockerode }

const require = createRequire(import.meta.url)
const unused = { 'docker-modem': ['ssh2'], '': ['@grpc/grpc-js', '@grpc/proto-loader', 'protobufjs'] }

export function loadDockerode(): typeof Dockerode {
  const fromDockerode = createRequire(require.resolve('dockerode'))
  const paths = Object.entries(unused).flatMap(([owner, names]) => {
    const from = owner === '' ? fromDockerode : createRequire(fromDockerode.resolve(owner))
    return names.flatMap((name) => resolved(from, name))
  })
  const stubbed = paths.filter((path) => require.cache[path] === undefined)
  for (const path of stubbed) {
    const empty = new Module(path)
    empty.loaded = true
    require.cache[path] = empty
  }
  try {
    return require('dockerode') as typeof Dockerode
  } finally {
    // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- the cache is an object by Node's definition
    for (const path of stubbed) delete require.cache[path]
  }
}

/** Empty when it is not installed: then dockerode does not need it either. */
function resolved(from: NodeJS.Require, name: string): string[] {
  try {
    return [from.resolve(name)]
  } catch {
    return []
  }
}
