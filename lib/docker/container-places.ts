/** Where the engine keeps what is a container's own, as an inspect of it tells. */

import type { ContainerPlaces } from '../ports/index.js'

/** The part of the answer that is read. */
interface Inspected {
  readonly LogPath?: string
  readonly GraphDriver?: { readonly Data?: Readonly<Record<string, string>> | null } | null
}

export function placesIn(answer: unknown): ContainerPlaces {
  const { LogPath, GraphDriver } = answer as Inspected
  return { logFile: pathOrNull(LogPath), writableFolder: pathOrNull(GraphDriver?.Data?.['UpperDir']) }
}

function pathOrNull(path: string | undefined): string | null {
  return path?.startsWith('/') === true ? path : null
}
