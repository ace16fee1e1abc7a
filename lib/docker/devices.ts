/** Devices as the engine wants to hear them, and what an older engine cannot do. */

import { PodkeepError, type ContainerSpec } from '../pod/index.js'
import { isOlder } from './api-version.js'
import type { Dockerode } from './dockerode.js'

/** Docker 25. */
const cdiApi = '1.44'

export function devicesOf({ devices = [] }: ContainerSpec): Pick<Dockerode.HostConfig, 'Devices' | 'DeviceRequests'> {
  const nodes = devices.flatMap((device) =>
    device.kind === 'path'
      ? [{ PathOnHost: device.hostPath, PathInContainer: device.path, CgroupPermissions: device.permissions }]
      : [],
  )
  const cdiNames = devices.flatMap((device) => (device.kind === 'cdi' ? [device.name] : []))
  const requests = [
    ...(cdiNames.length > 0 ? [{ Driver: 'cdi', DeviceIDs: cdiNames }] : []),
    ...devices.flatMap((device) =>
      device.kind === 'gpu' ? [{ Driver: 'nvidia', Count: device.count, Capabilities: [['gpu']] }] : [],
    ),
  ]
  return {
    ...(nodes.length > 0 && { Devices: nodes }),
    ...(requests.length > 0 && { DeviceRequests: requests }),
  }
}

/** @throws DEVICE_UNAVAILABLE before an older engine says something else */
export function requireDevices({ devices = [], identity }: ContainerSpec, apiVersion: string, isPodman: boolean): void {
  const gpu = devices.find((device) => device.kind === 'gpu')
  // It would leave the wish out without a word.
  if (gpu !== undefined && isPodman)
    throw new PodkeepError(
      'DEVICE_UNAVAILABLE',
      `create container ${identity.name}: podman’s Docker-compatible socket hands out no GPU; name its /dev paths with the annotation podkeep.io/devices.CONTAINER`,
    )
  const cdi = devices.find((device) => device.kind === 'cdi')
  if (cdi === undefined || !isOlder(apiVersion, cdiApi)) return
  throw new PodkeepError(
    'DEVICE_UNAVAILABLE',
    `create container ${identity.name}: device ${cdi.name} needs a Docker Engine with API ${cdiApi} (version 25), and this one speaks ${apiVersion}`,
  )
}
