/** A state folder on a disk that fills up and is emptied again, on a real engine: what runs goes on, and what crashes comes back. */

import { execFileSync } from 'node:child_process'
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'

import { appOf, type Container } from './engine-view.js'
import { engineWithImage } from './engine-with-image.js'
import { execute } from './in-container.js'
import { forEver, image } from './manifests.js'
import { Node } from './podkeep-process.js'
import { until } from './until.js'

const needsRoot = { skip: process.getuid?.() !== 0 && 'needs root to mount' }
const { host, socketPath } = await engineWithImage()

class SmallDisk {
  readonly #fill: string

  constructor(t: Test, folder: string) {
    mkdirSync(folder)
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', folder])
    t.teardown(() => execFileSync('umount', ['--lazy', folder]))
    this.#fill = join(folder, 'fill')
  }

  fill(): void {
    const file = openSync(this.#fill, 'a')
    try {
      for (;;) writeSync(file, Buffer.alloc(4096))
    } catch (error) {
      if (!String(error).includes('ENOSPC')) throw error
    } finally {
      closeSync(file)
    }
  }

  empty(): void {
    rmSync(this.#fill)
  }
}

const configMap = (color: string): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: app}\ndata: {color: ${color}, "app.conf": "color=${color}"}\n`

const pod = `apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  terminationGracePeriodSeconds: 5
  containers:
  - name: app
    image: "${image}"
    command: [sh, -c, ${JSON.stringify(forEver)}]
    volumeMounts:
    - {name: conf, mountPath: /conf}
    - {name: conf, mountPath: /etc/one.conf, subPath: app.conf}
    - {name: data, mountPath: /data, subPath: part}
  volumes:
  - {name: conf, configMap: {name: app}}
  - {name: data, emptyDir: {}}
`

await t.test(
  'a crash goes on with what the volumes held, also for the next podkeep; room brings what is new',
  needsRoot,
  async (t) => {
    const node = new Node(t, 'full')
    const disk = new SmallDisk(t, node.root)
    node.put('map.yaml', configMap('red'))
    node.put('web.yaml', pod)
    let podkeep = await node.start(host)
    await podkeep.running('web')
    const app = (): Promise<Container> => appOf(socketPath, node.name, 'web')
    const colors = async (): Promise<string> => {
      const { id } = await app()
      return (await execute(socketPath, id, 'cat', '/conf/color', '/etc/one.conf')).out.trim()
    }
    const crash = async (): Promise<void> => {
      process.kill((await app()).pid, 'SIGKILL')
    }
    const first = await app()

    disk.fill()
    node.put('map.yaml', configMap('blue'))
    await podkeep.said('will be tried again')
    t.equal((await app()).id, first.id)
    await crash()
    await podkeep.running('web', 1)
    t.equal(await colors(), 'redcolor=red')
    const [shown] = await podkeep.pods()
    // The record may have to be written again just then too.
    t.match(shown?.status, { reason: /^(FailedMount|StateFolderError)$/, message: /ENOSPC.*\(free some space/ })

    await podkeep.kill('SIGKILL')
    podkeep = await node.start(host, '--stop-pods')
    await podkeep.ready()
    t.equal((await podkeep.running('web', 1)).restartCount, 1, 'and a podkeep can be started there')
    await crash()
    await podkeep.running('web', 2)
    t.equal(await colors(), 'redcolor=red')
    const { id } = await app()

    disk.empty()
    await until('what changed is there', async () => ((await colors()).startsWith('blue') ? true : undefined))
    t.equal((await app()).id, id, 'beneath what runs')
    t.equal(await podkeep.kill('SIGTERM'), 0)
  },
)
