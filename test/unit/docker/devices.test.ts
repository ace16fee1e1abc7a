import t from 'tap'

import { devicesOf, requireDevices } from '../../../lib/docker/devices.js'
import { cleaned } from '../../../lib/docker/errors.js'
import type { ContainerSpec, DesiredDevice } from '../../../lib/pod/index.js'
import { plainContainer } from '../../support/specs.js'

const specOf = (...devices: DesiredDevice[]): ContainerSpec =>
  ({ ...plainContainer, identity: { name: 'app' }, image: 'i', devices }) as unknown as ContainerSpec

await t.test('devices as the engine wants to hear them', async (t) => {
  const path = { kind: 'path', hostPath: '/dev/fuse', path: '/dev/f', permissions: 'rw' } as const
  const cdi = (name: string) => ({ kind: 'cdi', name }) as const
  t.strictSame(devicesOf(specOf(path, cdi('v.com/gpu=0'), cdi('v.com/gpu=1'), { kind: 'gpu', count: 2 })), {
    Devices: [{ PathOnHost: '/dev/fuse', PathInContainer: '/dev/f', CgroupPermissions: 'rw' }],
    DeviceRequests: [
      { Driver: 'cdi', DeviceIDs: ['v.com/gpu=0', 'v.com/gpu=1'] },
      { Driver: 'nvidia', Count: 2, Capabilities: [['gpu']] },
    ],
  })
  t.strictSame(devicesOf(specOf()), {}, 'a container that asks for none is made as ever')
})

await t.test('only an engine that knows CDI is asked for it', async (t) => {
  const spec = specOf({ kind: 'cdi', name: 'v.com/gpu=0' })
  t.throws(() => requireDevices(spec, '1.43', false), { code: 'DEVICE_UNAVAILABLE' })
  t.doesNotThrow(() => requireDevices(spec, '1.44', false))
  t.doesNotThrow(() => requireDevices(specOf({ kind: 'gpu', count: 1 }), '1.41', false))
})

await t.test('podman, which would leave out the wish for a GPU, is not asked', async (t) => {
  t.throws(() => requireDevices(specOf({ kind: 'gpu', count: 1 }), '1.41', true), {
    code: 'DEVICE_UNAVAILABLE',
    message:
      'create container app: podman’s Docker-compatible socket hands out no GPU; name its /dev paths with the annotation podkeep.io/devices.CONTAINER',
  })
})

await t.test('what the engine says of devices that it cannot give', async (t) => {
  t.equal(
    cleaned('could not select device driver "nvidia" with capabilities: [[gpu]]'),
    'the engine has no driver for nvidia.com/gpu: install the NVIDIA Container Toolkit on its machine and restart the engine',
  )
  t.equal(
    cleaned('error gathering device information while adding custom device "/dev/x": no such file or directory'),
    'there is no device /dev/x on the engine’s machine',
  )
})
