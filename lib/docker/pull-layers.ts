/** How far a pull has come, added up from what the engine tells of each layer. */

import type { PullProgress } from '../pod/index.js'

/** A line of the engine's answer to POST /images/create. */
export interface PullLine {
  /** Of a layer; in the first line it is the tag. */
  readonly id?: string
  readonly status?: string
  readonly progressDetail?: { readonly current?: number; readonly total?: number }
  readonly error?: string
  readonly errorDetail?: { readonly message?: string }
}

interface Layer {
  readonly doneBytes: number
  /** null while it is not known. */
  readonly totalBytes: number | null
  readonly isDownloaded: boolean
}

const waiting: Layer = { doneBytes: 0, totalBytes: null, isDownloaded: false }

/** Of a layer that is there there is nothing to tell. */
const downloaded = new Set(['Verifying Checksum', 'Download complete', 'Extracting', 'Pull complete', 'Already exists'])
const toCome = new Set(['Pulling fs layer', 'Waiting'])

export class PullLayers {
  readonly #layers = new Map<string, Layer>()

  note({ id, status = '', progressDetail }: PullLine): void {
    if (id === undefined) return
    const known = this.#layers.get(id)
    if (status === 'Downloading') this.#layers.set(id, downloading(known ?? waiting, progressDetail ?? {}))
    else if (toCome.has(status) && known === undefined) this.#layers.set(id, waiting)
    else if (downloaded.has(status)) {
      const totalBytes = known?.totalBytes ?? 0
      this.#layers.set(id, { doneBytes: totalBytes, totalBytes, isDownloaded: true })
    }
  }

  /** Nothing more comes from the registry; what is left is the engine's own work. */
  get isDownloaded(): boolean {
    return this.#layers.size > 0 && [...this.#layers.values()].every((layer) => layer.isDownloaded)
  }

  progress(image: string): PullProgress {
    const layers = [...this.#layers.values()]
    return {
      image,
      doneBytes: layers.reduce((sum, layer) => sum + layer.doneBytes, 0),
      totalBytes: layers.reduce((sum, layer) => sum + (layer.totalBytes ?? 0), 0),
      isGrowing: layers.some((layer) => layer.totalBytes === null),
    }
  }
}

/** A download that broke off goes on where it was, and the engine then counts the rest as the whole. */
function downloading(known: Layer, { current = 0, total = 0 }: NonNullable<PullLine['progressDetail']>): Layer {
  if (total <= 0) return { ...known, doneBytes: current, isDownloaded: false }
  const totalBytes = Math.max(known.totalBytes ?? 0, total)
  return { doneBytes: totalBytes - total + current, totalBytes, isDownloaded: false }
}
