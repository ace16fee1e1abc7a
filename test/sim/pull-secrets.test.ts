/** imagePullSecrets, on the model engine: which logins a pull is asked with, and when it is tried again. */

import t from 'tap'

import { podText } from './manifests.js'
import { World } from './world.js'

const minute = 60_000

const secret = (name: string, auths: object): string =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name },
    type: 'kubernetes.io/dockerconfigjson',
    stringData: { '.dockerconfigjson': JSON.stringify({ auths }) },
  })
const web = podText({
  name: 'web',
  containers: [{ name: 'app', image: 'private:1' }],
  spec: { imagePullSecrets: [{ name: 'one' }, { name: 'absent' }, { name: 'two' }] },
})
const login = (password: string): object => ({
  'docker.io': { auth: Buffer.from(`ann:${password}`).toString('base64') },
})

await t.test('a pod’s Secrets go with its pulls, in their order; another login is tried at once', async (t) => {
  const world = new World()
  const asked: string[][] = []
  world.engine.onPull = (_image, secrets) => asked.push(secrets.map(({ source }) => source))
  world.files.set('one.yaml', secret('one', login('a')))
  world.files.set('web.yaml', web)
  await world.start()
  await world.clock.advance(minute)
  t.strictSame(asked[0], ['Secret default/one'], 'what is not there keeps nobody from trying')
  const tries = asked.length
  world.write('two.yaml', secret('two', login('hunter2')))
  await world.clock.advance(500)
  t.equal(asked.length, tries + 1, 'at once, whatever the back-off was')
  t.strictSame(asked.at(-1), ['Secret default/one', 'Secret default/two'])
  t.notMatch(world.log.join('\n'), /hunter2|YW5uOmh1bnRlcjI/)
})
