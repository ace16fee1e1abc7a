/** What a CronJob does whose run is not over when the next is due: on a real engine and a real clock, so it takes two minutes. */

import t from 'tap'

import { containersOf, type Container } from './engine-view.js'
import { engineWithImage } from './engine-with-image.js'
import { execute } from './in-container.js'
import { image } from './manifests.js'
import { Node } from './podkeep-process.js'
import { until } from './until.js'

const { host, socketPath } = await engineWithImage()
t.setTimeout(600_000)

/** Its runs end when they are told to, by a file or by SIGTERM. */
const cronJob = (name: string, policy: string): string => `apiVersion: batch/v1
kind: CronJob
metadata: {name: ${name}}
spec:
  schedule: "* * * * *"
  concurrencyPolicy: ${policy}
  jobTemplate:
    spec:
      template:
        spec:
          restartPolicy: Never
          terminationGracePeriodSeconds: 5
          containers:
            - name: app
              image: ${image}
              command: [sh, -c, 'trap "exit 0" TERM; until [ -e /over ]; do sleep 0.1; done']
`

await t.test('Allow runs beside, Forbid passes over and makes up, Replace ends what runs', async (t) => {
  const node = new Node(t, 'concurrency')
  for (const policy of ['Allow', 'Forbid', 'Replace']) {
    const name = policy.toLowerCase()
    node.put(`${name}.yaml`, cronJob(name, policy))
  }
  const podkeep = await node.start(host, '--stop-pods')
  const ofCronJob = async (name: string): Promise<Container[]> =>
    (await containersOf(socketPath, node.name)).filter(
      (one) => one.kind === 'container' && one.pod.startsWith(`${name}-`),
    )
  const running = async (name: string): Promise<string[]> =>
    (await ofCronJob(name))
      .filter(({ isRunning }) => isRunning)
      .map(({ pod }) => pod)
      .sort()
  const shows = (name: string, what: string, isSo: (pods: readonly string[]) => boolean): Promise<string[]> =>
    until(
      `${name}: ${what}`,
      async () => {
        const pods = await running(name)
        return isSo(pods) ? pods : undefined
      },
      () => podkeep.tail(),
      150_000,
    )
  const minuteOf = (pod: string): number => Number(/\d+$/.exec(pod)?.[0])

  const [first] = await shows('replace', 'a first run', ({ length }) => length === 1)
  const begun = minuteOf(first ?? '')
  const old = (await ofCronJob('replace'))[0]
  for (const name of ['allow', 'forbid']) await shows(name, 'a first run', ({ length }) => length === 1)
  t.strictSame(await running('allow'), [`allow-${String(begun)}`], 'all began in one minute')
  t.strictSame(await running('forbid'), [`forbid-${String(begun)}`])

  const both = [`allow-${String(begun)}`, `allow-${String(begun + 1)}`]
  t.strictSame(await shows('allow', 'two runs', ({ length }) => length > 1), both)
  const isNext = ([pod, ...more]: readonly string[]): boolean => more.length === 0 && minuteOf(pod ?? '') > begun
  await shows('replace', 'the next run', isNext)
  await until('what ran is gone', async () =>
    (await ofCronJob('replace')).some(({ id }) => id === old?.id) ? undefined : true,
  )
  await podkeep.said('a time of a CronJob is passed over')
  t.strictSame(await running('forbid'), [`forbid-${String(begun)}`])
  const [long] = await ofCronJob('forbid')
  await execute(socketPath, long?.id ?? '', 'touch', '/over')
  await shows('forbid', 'the time that was passed over, once its run is over', isNext)
  t.ok(Date.now() < (begun + 2) * 60_000 + 30_000, 'it did not wait for the next time')
  t.match(
    (await podkeep.pods()).find(({ metadata }) => metadata.name === `forbid-${String(begun)}`)?.status.phase,
    'Succeeded',
  )
  t.equal(await podkeep.kill('SIGTERM'), 0)
})
