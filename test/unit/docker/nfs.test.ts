/** A share of an NFS server: what the engine is asked for it, and what its refusal to mount it means. Seen with Docker 20.10.24. */

import t from 'tap'

import { engineError } from '../../../lib/docker/errors.js'
import { EngineAnswer } from '../../../lib/docker/modem.js'
import { mountBody, requireMountable } from '../../../lib/docker/mount-body.js'
import { containerId, podUid, type ContainerSpec, type MountSpec } from '../../../lib/pod/index.js'
import { plainContainer } from '../../support/specs.js'

const share = { server: 'nas.example', path: '/export/a b' }
const mount: MountSpec = { share, mountPath: '/data', readOnly: false }

t.test('a share is a volume without a name, mounted by the engine’s own driver and filled by nobody', (t) => {
  const bodyOf = (readOnly: boolean, server: string, o: string) =>
    t.same(mountBody({ ...mount, share: { ...share, server }, readOnly }, 'n1'), {
      Type: 'volume',
      Source: '',
      Target: '/data',
      VolumeOptions: {
        NoCopy: true,
        Labels: {},
        DriverConfig: { Name: 'local', Options: { type: 'nfs', o, device: ':/export/a b' } },
      },
    })
  bodyOf(false, 'nas.example', 'addr=nas.example,nfsvers=4')
  bodyOf(true, 'fd00::1', 'addr=fd00::1,nfsvers=4,ro')
  const withOptions = (...options: string[]): string | undefined => {
    const body = mountBody({ ...mount, share: { ...share, options }, readOnly: true }, 'n1')
    return body.VolumeOptions?.DriverConfig.Options['o']
  }
  t.equal(withOptions('hard', 'noatime'), 'addr=nas.example,nfsvers=4,hard,noatime,ro')
  t.equal(withOptions('nfsvers=4.1'), 'addr=nas.example,nfsvers=4.1,ro')
  t.equal(withOptions('vers=3'), 'addr=nas.example,vers=3,ro')
  t.end()
})

t.test('a mount that fails names server and path, whatever the engine’s folders are called', (t) => {
  const folder = '/var/lib/docker/volumes/5a91/_data'
  const said = (words: string): readonly string[] => {
    const { code, message } = engineError('start', 'start container web', new EngineAnswer(500, words))
    return [code, message]
  }
  const failed = (rest: string): string =>
    `error while mounting volume '${folder}': failed to mount local volume: mount :/export/a b:${folder}, ${rest}`
  const expected = (server: string, why: string): string[] => [
    'NFS_FAILED',
    `start container web: cannot mount /export/a b of the NFS server ${server}: ${why}`,
  ]
  t.same(said(failed('data: addr=127.0.0.1,nfsvers=4: no such device')), expected('127.0.0.1', 'no such device'))
  t.same(
    said(failed('flags: 0x1, data: addr=fd00::1,nfsvers=4: no such file or directory')),
    expected('fd00::1', 'no such file or directory'),
  )
  for (const kind of ['network', 'nfs'])
    t.same(
      said(
        `error while mounting volume '${folder}': error resolving passed in ${kind} volume address: lookup nas.example on 192.0.2.53:53: no such host`,
      ),
      [
        'NFS_FAILED',
        'start container web: cannot find the NFS server: lookup nas.example on 192.0.2.53:53: no such host',
      ],
    )
  t.end()
})

t.test('podman, which would mount an empty folder of its own, is not asked', (t) => {
  const spec: ContainerSpec = {
    identity: {
      namespace: 'default',
      podName: 'web',
      podUid: podUid('u'),
      kind: 'container',
      name: 'web',
      attempt: 0,
      crashes: 0,
      round: 0,
      hash: '1:h',
      podHash: '1:p',
      sandboxId: containerId('c'),
      file: 'web.yaml',
      graceMs: 0,
      podStartedAtMs: 0,
    },
    image: 'shop:1',
    ...plainContainer,
    mounts: [mount],
  }
  t.doesNotThrow(() => requireMountable(spec, '1.41', false))
  t.doesNotThrow(() => requireMountable({ ...spec, mounts: [] }, '1.41', true))
  t.throws(() => requireMountable(spec, '1.41', true), {
    code: 'NFS_FAILED',
    message: 'mount at /data: podman mounts no NFS share for a container; mount it on the machine and use hostPath',
  })
  t.end()
})
