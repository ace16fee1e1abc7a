/** Pulling an image: progress as it comes, nothing of it kept, and the error that hides behind a 200. */

import type { Readable } from 'node:stream'

import type { PodkeepError } from '../pod/index.js'
import type { PullProgress } from '../ports/index.js'
import type { Engine } from './engine.js'
import { engineError } from './errors.js'
import type { ImageName } from './image-name.js'
import { jsonLines } from './lines.js'
import { EngineAnswer } from './modem.js'

interface PullLine {
  readonly id?: string
  readonly status?: string
  readonly progressDetail?: { readonly current?: number; readonly total?: number }
  readonly error?: string
  readonly errorDetail?: { readonly message?: string }
}

/** The kubelet's keyring and `docker login` would enter here; pulls are anonymous. */
const anonymous = {}

export async function pull(
  engine: Engine,
  image: string,
  name: ImageName,
  onProgress: (progress: PullProgress) => void,
): Promise<void> {
  const doing = `pull ${image}`
  await engine.call('pull', doing, async (docker) => {
    const options = { fromImage: name.repository, tag: name.tagOrDigest }
    const stream = await docker.createImage(anonymous, options)
    const layers = new Map<string, Layer>()
    let told = ''
    for await (const line of jsonLines(stream as unknown as Readable, engine.deadlines.pullIdleMs)) {
      const step = line as PullLine
      const words = step.errorDetail?.message ?? step.error
      if (words !== undefined) throw pullFailure(doing, words)
      noteProgress(layers, step)
      const progress = sumOf(image, layers)
      const text = `${progress.doneBytes}/${progress.totalBytes}`
      if (text !== told && progress.totalBytes > 0) onProgress(progress)
      told = text
    }
  })
}

/** The stream began with 200, so there is no status to go by. */
function pullFailure(doing: string, words: string): PodkeepError {
  return engineError('pull', doing, new EngineAnswer(200, words))
}

interface Layer {
  readonly doneBytes: number
  readonly totalBytes: number
}

function noteProgress(layers: Map<string, Layer>, step: PullLine): void {
  if (step.id === undefined) return
  const known = layers.get(step.id)
  if (step.status === 'Downloading' && step.progressDetail?.total !== undefined) {
    layers.set(step.id, { doneBytes: step.progressDetail.current ?? 0, totalBytes: step.progressDetail.total })
  } else if ((step.status === 'Download complete' || step.status === 'Pull complete') && known !== undefined) {
    layers.set(step.id, { ...known, doneBytes: known.totalBytes })
  }
}

function sumOf(image: string, layers: ReadonlyMap<string, Layer>): PullProgress {
  let doneBytes = 0
  let totalBytes = 0
  for (const layer of layers.values()) {
    doneBytes += layer.doneBytes
    totalBytes += layer.totalBytes
  }
  return { image, doneBytes, totalBytes }
}
