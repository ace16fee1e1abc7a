/** A state folder without room, or that cannot be written, while ConfigMaps and pods change: told stories. */

import t from 'tap'

import { podText } from './manifests.js'
import { World } from './world.js'

const second = 1000
const minute = 60 * second

const map = (version: string): string =>
  JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'app' }, data: { version } })

const variable = [{ name: 'V', valueFrom: { configMapKeyRef: { name: 'app', key: 'version' } } }]

const web = (
  reaction: string | null,
  { spec = {}, ...more }: { readonly image?: string; readonly spec?: object } = {},
): string =>
  podText({
    name: 'web',
    annotations: reaction === null ? {} : { 'podkeep.io/on-config-change': reaction },
    volumes: [{ name: 'conf', configMap: { name: 'app' } }],
    spec,
    containers: [
      { name: 'app', mounts: [{ name: 'conf', mountPath: '/conf' }], ...more },
      { name: 'variable', fields: { env: variable } },
    ],
  })

class Story {
  readonly world = new World()
  /** What is done to containers, and what their volume says then. */
  readonly heard: string[] = []

  static async begin(reaction: string | null = null): Promise<Story> {
    const story = new Story()
    const { world, heard } = story
    world.engine.images.add('app:2')
    world.engine.witness = ({ call, facts, signal }) => {
      if (call === 'start' || call === 'kill') heard.push(`${signal ?? call} ${facts.name} finds ${story.content}`)
    }
    world.files.set('app.yaml', map('1'))
    world.files.set('web.yaml', web(reaction))
    await world.start()
    await world.clock.advance(minute)
    heard.length = 0
    return story
  }

  get content(): string {
    const [files] = [...this.world.writtenVolumes.values()]
    return files?.get('version') ?? ''
  }

  async restartPodkeep(): Promise<void> {
    this.world.kill()
    await this.world.start()
    await this.world.clock.advance(minute)
  }

  async crash(name = 'app'): Promise<void> {
    const [one] = this.world.running(name)
    if (one === undefined) throw new Error(`${name} does not run`)
    this.world.engine.crash(one.id, 1)
    await this.world.clock.advance(minute)
  }

  /** What was heard since this was asked last. */
  news(): string[] {
    return this.heard.splice(0)
  }
}

for (const isRestarted of [false, true]) {
  const when = isRestarted ? ', also for the next podkeep' : ''

  await t.test(
    `a crash on a full disk goes on with what its volume held, and its variables are new${when}`,
    async (t) => {
      const story = await Story.begin()
      const { world } = story
      world.isStateFolderFull = true
      world.write('app.yaml', map('2'))
      await world.clock.advance(minute)
      t.strictSame(story.news(), ['SIGTERM variable finds 1', 'start variable finds 1'])
      if (isRestarted) await story.restartPodkeep()
      await story.crash()
      t.strictSame(story.news(), ['start app finds 1'])
      t.match(world.pod('default/web')?.status, {
        phase: 'Running',
        reason: 'FailedMount',
        message: /no space left on device \(free some space/,
      })
      world.isStateFolderFull = false
      await world.clock.advance(2 * minute)
      t.equal(story.content, '2')
      t.strictSame(story.news(), [], 'and once there is room it is written beneath what runs')
      t.notMatch(world.pod('default/web')?.status, { reason: 'FailedMount' })
    },
  )

  await t.test(`whoever is to be replaced for a change is so once it is written, and once${when}`, async (t) => {
    const story = await Story.begin('restart')
    const { world } = story
    world.isStateFolderFull = true
    world.write('app.yaml', map('2'))
    await world.clock.advance(10 * minute)
    t.strictSame(
      story.news().filter((line) => line.includes(' app ')),
      [],
      'nothing makes way for what would read the same again',
    )
    if (isRestarted) await story.restartPodkeep()
    await story.crash()
    await world.clock.advance(10 * minute)
    t.strictSame(story.news(), ['start app finds 1'])
    world.log.length = 0
    await story.crash()
    await story.crash()
    t.strictSame(story.news(), ['start app finds 1', 'start app finds 1'])
    t.match(world.log.join(), 'CrashLoopBackOff', 'what waits for room is still crashing')
    if (isRestarted) await story.restartPodkeep()
    world.isStateFolderFull = false
    await world.clock.advance(10 * minute)
    t.strictSame(
      story.news().filter((line) => line.includes(' app ')),
      ['SIGTERM app finds 2', 'start app finds 2'],
    )
  })

  await t.test(
    `whoever is to be told of a change by a signal is told once it is written, and once${when}`,
    async (t) => {
      const story = await Story.begin('SIGHUP')
      const { world } = story
      world.isStateFolderFull = true
      world.write('app.yaml', map('2'))
      await world.clock.advance(10 * minute)
      if (isRestarted) await story.restartPodkeep()
      t.strictSame(story.news(), [])
      await story.crash()
      t.strictSame(story.news(), ['start app finds 1'])
      if (isRestarted) await story.restartPodkeep()
      t.strictSame(story.news(), [])
      world.isStateFolderFull = false
      await world.clock.advance(10 * minute)
      t.strictSame(story.news(), ['SIGHUP app finds 2'])
      if (isRestarted) await story.restartPodkeep()
      t.strictSame(story.news(), [])
    },
  )
}

await t.test('nothing makes way on a full disk for an edit whose volume cannot be written', async (t) => {
  const story = await Story.begin()
  const { world } = story
  world.isStateFolderFull = true
  world.write('app.yaml', map('2'))
  world.write('web.yaml', web(null, { image: 'app:2' }))
  await world.clock.advance(10 * minute)
  t.strictSame(
    story.news().filter((line) => line.includes(' app ')),
    [],
  )
  t.match(world.pod('default/web')?.status, { message: /no space left on device/ })
  await story.crash()
  t.strictSame(story.news(), [], 'what is dead is not started again from what it was')
  world.isStateFolderFull = false
  await world.clock.advance(2 * minute)
  t.strictSame(story.news(), ['start app finds 2'])
})

await t.test('neither does the pod as a whole', async (t) => {
  const story = await Story.begin()
  const { world } = story
  world.isStateFolderFull = true
  world.write('app.yaml', map('2'))
  await world.clock.advance(minute)
  story.news()
  world.write('web.yaml', web(null, { spec: { hostNetwork: true } }))
  await world.clock.advance(10 * minute)
  t.strictSame(story.news(), [])
  t.match(world.pod('default/web')?.status, { phase: 'Running', message: /no space left on device/ })
  world.isStateFolderFull = false
  await world.clock.advance(2 * minute)
  t.strictSame(
    story.news().filter((line) => line.includes(' app ')),
    ['SIGTERM app finds 2', 'start app finds 2'],
  )
})

await t.test('a pod that is new waits for room: nothing of its volume stands', async (t) => {
  const world = new World()
  world.files.set('app.yaml', map('1'))
  world.files.set('web.yaml', web(null))
  world.isStateFolderFull = true
  await world.start()
  await world.clock.advance(10 * minute)
  t.equal(world.running('app').length, 0)
  t.match(world.pod('default/web')?.status, { message: /no space left on device/ })
  world.isStateFolderFull = false
  await world.clock.advance(2 * minute)
  t.equal(world.running('app').length, 1)
})
