/**
 * Pulling an image: with the logins the node has, one after the other; progress as it comes, nothing of it kept; and the
 * error that hides behind a 200.
 */

import type { Readable } from 'node:stream'

import { PodkeepError, repositoryOf, type PullProgress, type PullSecret } from '../pod/index.js'
import type { KnownLogins, Logger, RegistryAuth, RegistryCredentials } from '../ports/index.js'
import type { Engine } from './engine.js'
import { engineError } from './errors.js'
import type { ImageName } from './image-name.js'
import { jsonLines } from './lines.js'
import { EngineAnswer, NoAnswer } from './modem.js'
import { PullLayers, type PullLine } from './pull-layers.js'

/** A slow disk may take long over a large layer without a word; the registry has nothing to do with it then. */
const unpackPatience = 5

export interface Pull {
  readonly image: string
  readonly name: ImageName
  /** The pod's own logins. */
  readonly secrets: readonly PullSecret[]
  readonly onProgress: (progress: PullProgress) => void
}

/**
 * Differs from the kubelet: what all logins are refused is pulled without one, so that a login that has run out keeps no
 * public image away.
 */
export async function pullWithLogins(
  engine: Engine,
  pull: Pull,
  { credentials, logger }: { readonly credentials: RegistryCredentials; readonly logger: Logger },
): Promise<void> {
  const known = await credentials.loginsFor(pull.image, pull.secrets)
  let refusal: PodkeepError | null = null
  for (const { auth, source } of known.logins) {
    const refused = await refusalOf(pullAs(engine, pull, auth))
    if (refused === null) return
    logger.debug({ image: pull.image, login: source, err: refused }, 'the registry refuses this login')
    refusal ??= refused
  }
  const refused = await refusalOf(pullAs(engine, pull, null))
  if (refused !== null) throw explained(refusal ?? refused, pull.image, known)
  if (refusal === null) return
  const logins = known.logins.map((login) => login.source)
  logger.warn({ image: pull.image, logins, err: refusal }, 'pulled without the login, which the registry refuses')
}

/** Registries tell of what one may not see as of what is not there. */
async function refusalOf(pulled: Promise<void>): Promise<PodkeepError | null> {
  try {
    await pulled
    return null
  } catch (error) {
    if (error instanceof PodkeepError && ['IMAGE_FORBIDDEN', 'IMAGE_NOT_FOUND'].includes(error.code)) return error
    throw error
  }
}

function explained(refusal: PodkeepError, image: string, { logins, faults }: KnownLogins): PodkeepError {
  if (refusal.code !== 'IMAGE_FORBIDDEN') return refusal
  const { registry } = repositoryOf(image)
  const tried =
    logins.length === 0
      ? `podkeep knows no login for ${registry}`
      : `tried with the login of ${logins.map((login) => login.source).join(', ')}, and without`
  return new PodkeepError(refusal.code, [refusal.message, tried, ...faults].join('; '), { cause: refusal.cause })
}

async function pullAs(engine: Engine, { image, name, onProgress }: Pull, auth: RegistryAuth | null): Promise<void> {
  const doing = `pull ${image}`
  await engine.call('pull', doing, async (docker) => {
    const options = { fromImage: name.repository, tag: name.tagOrDigest }
    const stream = (await docker.createImage(auth ?? {}, options)) as unknown as Readable
    const layers = new PullLayers()
    const { pullIdleMs } = engine.deadlines
    const watch = (): NodeJS.Timeout => {
      const idleMs = layers.isDownloaded ? unpackPatience * pullIdleMs : pullIdleMs
      return setTimeout(() => stream.destroy(new NoAnswer('DEADLINE', `no progress for ${idleMs / 1000} s`)), idleMs)
    }
    let timer = watch()
    let told = ''
    try {
      for await (const line of jsonLines(stream, null)) {
        const step = line as PullLine
        const words = step.errorDetail?.message ?? step.error
        if (words !== undefined) throw pullFailure(doing, words)
        layers.note(step)
        clearTimeout(timer)
        timer = watch()
        const progress = layers.progress(image)
        const text = JSON.stringify(progress)
        if (text !== told && progress.totalBytes > 0) onProgress(progress)
        told = text
      }
    } finally {
      clearTimeout(timer)
    }
  })
}

/** The stream began with 200, so there is no status to go by. */
function pullFailure(doing: string, words: string): PodkeepError {
  return engineError('pull', doing, new EngineAnswer(200, words))
}
