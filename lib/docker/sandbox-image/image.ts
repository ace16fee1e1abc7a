/**
 * The built-in sandbox image, as an archive for POST /images/load: no registry and no file are needed, so it works on a box
 * without internet.
 *
 * The archive is both what `docker save` writes (manifest.json: every engine since 1.10, and Podman) and an OCI layout
 * (index.json: engines with containerd's image store); they share their blobs. The tag is the beginning of the content's digest:
 * another program has another tag, and an image that is there under its tag needs no loading.
 */

import { createHash } from 'node:crypto'

import { sandboxProgram, type Architecture } from './program.js'
import { tar } from './tar.js'

export interface SandboxImage {
  readonly reference: string
  readonly archive: Buffer
}

const repository = 'podkeep/sandbox'
const epoch = '1970-01-01T00:00:00Z'
const ociType = 'application/vnd.oci.image'

export function isArchitecture(text: string): text is Architecture {
  return text === 'amd64' || text === 'arm64'
}

export function sandboxImage(architecture: Architecture): SandboxImage {
  const layer = tar([{ path: 'sandbox', mode: 0o555, content: sandboxProgram(architecture) }])
  const config = configOf(architecture, layer)
  const manifest = json({
    schemaVersion: 2,
    mediaType: `${ociType}.manifest.v1+json`,
    config: descriptor('config.v1+json', config),
    layers: [descriptor('layer.v1.tar', layer)],
  })
  const tag = sha256(config).slice(0, 12)
  const reference = `${repository}:${tag}`
  const index = json({
    schemaVersion: 2,
    mediaType: `${ociType}.index.v1+json`,
    manifests: [
      {
        ...descriptor('manifest.v1+json', manifest),
        annotations: { 'io.containerd.image.name': `docker.io/${reference}`, 'org.opencontainers.image.ref.name': tag },
      },
    ],
  })
  const saved = json([{ Config: blobPath(config), RepoTags: [reference], Layers: [blobPath(layer)] }])
  const archive = tar([
    ...[layer, config, manifest].map((blob) => readable(blobPath(blob), blob)),
    readable('index.json', index),
    readable('oci-layout', json({ imageLayoutVersion: '1.0.0' })),
    readable('manifest.json', saved),
  ])
  return { reference, archive }
}

function configOf(architecture: Architecture, layer: Buffer): Buffer {
  return json({
    architecture,
    ...(architecture === 'arm64' && { variant: 'v8' }),
    os: 'linux',
    created: epoch,
    config: { User: '65535:65535', Entrypoint: ['/sandbox'], WorkingDir: '/', StopSignal: 'SIGTERM' },
    rootfs: { type: 'layers', diff_ids: [`sha256:${sha256(layer)}`] },
    history: [{ created: epoch, created_by: 'podkeep' }],
  })
}

const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value))
const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex')
const blobPath = (bytes: Buffer): string => `blobs/sha256/${sha256(bytes)}`
const readable = (path: string, content: Buffer) => ({ path, mode: 0o444, content })
const descriptor = (type: string, bytes: Buffer) => ({
  mediaType: `${ociType}.${type}`,
  digest: `sha256:${sha256(bytes)}`,
  size: bytes.length,
})
