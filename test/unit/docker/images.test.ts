/** An image's id as Kubernetes shows it, and how often the engine is asked for it. */

import t from 'tap'

import type { Engine } from '../../../lib/docker/engine.js'
import { Images } from '../../../lib/docker/images.js'
import { aPod, seen } from '../../support/pods.js'

const one = `sha256:${'1'.repeat(64)}`
const two = `sha256:${'2'.repeat(64)}`

interface Known {
  readonly images: Images
  readonly asked: string[]
}

/** @param digests null: as engines answer for an image that no registry has; undefined: the image is gone */
function known(digests: readonly string[] | null | undefined): Known {
  const asked: string[] = []
  const inspect = (name: string): Promise<unknown> => {
    asked.push(name)
    if (digests === undefined) return Promise.reject(new Error('the engine is going away'))
    return Promise.resolve({ Id: 'sha256:id', RepoDigests: digests, Config: {} })
  }
  const docker = { getImage: (name: string) => ({ inspect: () => inspect(name) }) }
  const call = (_kind: string, _doing: string, dial: (with_: typeof docker) => Promise<unknown>) => dial(docker)
  return { images: new Images({ call } as unknown as Engine), asked }
}

async function shown(image: string, { images }: Known, kind: 'container' | 'sandbox' = 'container'): Promise<string> {
  return (await images.named(seen(aPod(), 'app', { image, imageId: 'sha256:id', kind }))).imageId
}

await t.test('repository@digest of the repository that was asked for, in full, else the image’s own id', async (t) => {
  const several = known([`other/web@${two}`, `nginx@${one}`])
  t.equal(await shown('nginx:1', several), `docker.io/library/nginx@${one}`)
  t.equal(await shown('docker.io/other/web', several), `docker.io/other/web@${two}`)
  t.equal(await shown('renamed:1', several), `docker.io/other/web@${two}`)
  t.equal(await shown(`r.io:5000/a@${one}`, known([`r.io:5000/a@${one}`])), `r.io:5000/a@${one}`)
  t.equal(await shown('made:here', known(null)), 'sha256:id')
  t.equal(await shown('made:here', known([])), 'sha256:id')
})

await t.test(
  'each image is asked for once, however many containers are made from it; a failed look is repeated',
  async (t) => {
    const good = known([`nginx@${one}`])
    await Promise.all(['nginx', 'nginx:1', 'nginx'].map((image) => shown(image, good)))
    await shown('nginx', good)
    t.strictSame(good.asked, ['sha256:id'])
    const looked = known([`nginx@${one}`])
    await looked.images.inspect('nginx:1')
    await shown('nginx:1', looked)
    t.strictSame(looked.asked, ['nginx:1'], 'a look before the creation is enough')
    const gone = known(undefined)
    t.equal(await shown('nginx', gone), 'sha256:id')
    t.equal(await shown('nginx', gone), 'sha256:id')
    t.equal(gone.asked.length, 2)
    const pause = known([])
    t.equal(await shown('pause', pause, 'sandbox'), 'sha256:id')
    t.strictSame(pause.asked, [])
  },
)

await t.test('many pods of one image look at it together, and make their containers from what they saw', async (t) => {
  const { images, asked } = known([])
  const looks = await Promise.all([1, 2, 3].map(() => images.inspectTogether('web:1')))
  t.strictSame(asked, ['web:1'])
  t.match(looks, [{ id: 'sha256:id' }, { id: 'sha256:id' }, { id: 'sha256:id' }])
  t.match(await images.inspectedLately('web:1'), { id: 'sha256:id' })
  t.strictSame(asked, ['web:1'])
  t.match(await images.inspectedLately('db:1'), { id: 'sha256:id' })
  t.strictSame(asked, ['web:1', 'db:1'], 'what nobody has seen is looked at')
  await images.inspectTogether('web:1')
  t.strictSame(asked, ['web:1', 'db:1', 'web:1'], 'who asks for a plan gets what is there now')
})

await t.test('a look that fails is nobody’s later', async (t) => {
  const { images, asked } = known(undefined)
  await t.rejects(images.inspectTogether('web:1'), { message: 'the engine is going away' })
  await t.rejects(images.inspectedLately('web:1'), { message: 'the engine is going away' })
  t.equal(asked.length, 2)
})
