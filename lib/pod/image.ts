/** Where an image comes from, and how far its pull has come. */

/** Source: github.com/distribution/reference, normalize.go: `web` is short for `docker.io/library/web`. */
export interface Repository {
  /** `docker.io`, `registry.example:5000` */
  readonly registry: string
  /** `library/web`, `team/app` */
  readonly path: string
}

export const dockerHub = 'docker.io'

/** Of any text that can be an image's name; tag and digest play no part. */
export function repositoryOf(image: string): Repository {
  const name = withoutTag(image.split('@', 1)[0] ?? '')
  const slash = name.indexOf('/')
  const first = name.slice(0, Math.max(slash, 0))
  const isRegistry = /[.:]/.test(first) || first === 'localhost' || first !== first.toLowerCase()
  const registry = isRegistry ? first : dockerHub
  const path = isRegistry ? name.slice(slash + 1) : name
  if (!isHub(registry)) return { registry, path }
  return { registry: dockerHub, path: path.includes('/') ? path : `library/${path}` }
}

/** The names Docker Hub goes by. */
export function isHub(registry: string): boolean {
  return registry === dockerHub || registry === 'index.docker.io' || registry === 'registry-1.docker.io'
}

function withoutTag(name: string): string {
  const colon = name.lastIndexOf(':')
  return colon > name.lastIndexOf('/') ? name.slice(0, colon) : name
}

/** Of the layers that are not on the machine yet. */
export interface PullProgress {
  readonly image: string
  readonly doneBytes: number
  /** Of the layers whose size is known so far. */
  readonly totalBytes: number
  /** There may be layers whose size is not known yet: the total still grows. */
  readonly isGrowing: boolean
}

/** A pull that is under way; `progress` is null while nothing of it is known. */
export type PullState =
  /** Others of the same registry go first. */
  { readonly kind: 'queued' } | { readonly kind: 'pulling'; readonly progress: PullProgress | null }
