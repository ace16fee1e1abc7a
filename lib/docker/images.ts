/** What the engine has of an image. */

import { PodkeepError, repositoryOf, type ContainerFacts } from '../pod/index.js'
import type { Dockerode } from './dockerode.js'
import { orNull, type Engine } from './engine.js'
import { parseImageName, type ImageName } from './image-name.js'

export interface LocalImage {
  readonly id: string
  readonly stopSignal: string | null
  /** What its USER says; empty: nothing. */
  readonly user: string
}

/** @throws IMAGE_NAME_INVALID */
export function requireImageName(image: string): ImageName {
  const name = parseImageName(image)
  if (name !== null) return name
  throw new PodkeepError('IMAGE_NAME_INVALID', `${JSON.stringify(image.slice(0, 200))} cannot be the name of an image`)
}

/** How long a look stands for another: of many pods made at once the last waits so long between its look and its creation. */
const latelyMs = 30_000

/** What is known of images that containers were made from. */
export class Images {
  readonly #engine: Engine
  /** By id: as what registries have it, in the engine's words. Asked for once: looks at containers are many, images are few. */
  readonly #digests = new Map<string, Promise<readonly string[]>>()
  /** By name. */
  readonly #underWay = new Map<string, Promise<LocalImage | null>>()
  readonly #seen = new Map<string, { readonly image: LocalImage; readonly tickMs: number }>()

  constructor(engine: Engine) {
    this.#engine = engine
  }

  /** null when it is not on the machine. The name was checked: it goes into a path as it is. */
  async inspect(image: string): Promise<LocalImage | null> {
    const found = await this.#look(image)
    this.#seen.delete(image)
    if (found === null) return null
    this.#digests.set(found.Id, Promise.resolve(digestsOf(found)))
    const { StopSignal: signal, User: user } = found.Config as { readonly StopSignal?: string; readonly User?: string }
    const local = { id: found.Id, stopSignal: signal === undefined || signal === '' ? null : signal, user: user ?? '' }
    this.#seen.set(image, { image: local, tickMs: performance.now() })
    return local
  }

  /** The same, in one call for all who ask at the same time. */
  inspectTogether(image: string): Promise<LocalImage | null> {
    const underWay = this.#underWay.get(image)
    if (underWay !== undefined) return underWay
    const asked = this.inspect(image).finally(() => this.#underWay.delete(image))
    this.#underWay.set(image, asked)
    return asked
  }

  /** As it was seen for the plan that makes a container from it. */
  async inspectedLately(image: string): Promise<LocalImage | null> {
    const seen = this.#seen.get(image)
    return seen !== undefined && performance.now() - seen.tickMs < latelyMs ? seen.image : this.inspectTogether(image)
  }

  /** With the image's id as Kubernetes shows it. */
  async named(facts: ContainerFacts): Promise<ContainerFacts> {
    const { image, imageId: id, kind } = facts
    if (kind === 'sandbox' || id === '') return facts
    return { ...facts, imageId: digestIn(await this.#digestsOf(id), image) ?? id }
  }

  /** Empty for an image that was removed while its container stands. */
  #digestsOf(id: string): Promise<readonly string[]> {
    const known = this.#digests.get(id)
    if (known !== undefined) return known
    const asked = this.#look(id).then(
      (found) => (found === null ? [] : digestsOf(found)),
      () => {
        this.#digests.delete(id)
        return []
      },
    )
    this.#digests.set(id, asked)
    return asked
  }

  #look(image: string): Promise<Dockerode.ImageInspectInfo | null> {
    return orNull(this.#engine.call('look', `look for image ${image}`, (docker) => docker.getImage(image).inspect()))
  }
}

/** Null or missing where the engine knows none, whatever the published types say. */
function digestsOf({ RepoDigests: digests }: { readonly RepoDigests?: readonly string[] | null }): readonly string[] {
  return digests ?? []
}

/** Of the repository that was asked for; an image may have come from several. */
function digestIn(digests: readonly string[], image: string): string | null {
  const fullName = (name: string): string => {
    const { registry, path } = repositoryOf(name)
    return `${registry}/${path}`
  }
  const found = digests.find((digest) => fullName(digest) === fullName(image)) ?? digests[0]
  if (found === undefined) return null
  return `${fullName(found)}@${found.slice(found.indexOf('@') + 1)}`
}
