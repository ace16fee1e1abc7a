/**
 * podkeep in a container of its own image, with the engine's socket: what it mounts for its pods must be where the engine looks for
 * it. The base image is this machine's node and mount with their libraries, for there is no registry.
 */

import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, realpathSync, symlinkSync } from 'node:fs'
import { request } from 'node:http'
import { basename, join, relative } from 'node:path'
import t from 'tap'

import { checkout } from '../support/checkout.js'
import { programPath } from '../../bin/debian-packages.mjs'
import { engineWithImage } from './engine-with-image.js'
import { image } from './manifests.js'
import { Node, type Pod } from './podkeep-process.js'
import { until } from './until.js'

if (programPath('docker') === null) {
  t.plan(0, 'not installed: docker, the command line')
  process.exit(0)
}
const engine = await engineWithImage()
const node = new Node(t, 'contained')
const env = { ...process.env, DOCKER_HOST: engine.host, DOCKER_BUILDKIT: '0' }
const docker = (...words: string[]): string => execFileSync('docker', words, { env, encoding: 'utf8', stdio: 'pipe' })

/** As `npm install --global --prefix` leaves it, from what is installed here. */
function installedInto(prefix: string): void {
  const packageFolder = join(prefix, 'lib/node_modules/podkeep')
  const { stdout } = spawnSync('npm', ['ls', '--omit=dev', '--parseable', '--all'], { cwd: checkout, encoding: 'utf8' })
  const packages = stdout.split('\n').filter((path) => path.includes('/node_modules/'))
  for (const path of packages) {
    const inside = relative(checkout, path)
    cpSync(path, join(packageFolder, inside), { recursive: true, filter: (file) => !isNested(path, file) })
  }
  for (const part of ['dist/program', 'dist/lib', 'package.json']) {
    cpSync(join(checkout, part), join(packageFolder, part), { recursive: true })
  }
  mkdirSync(join(prefix, 'bin'))
  symlinkSync('../lib/node_modules/podkeep/dist/program/podkeep.js', join(prefix, 'bin/podkeep'))
}

/** A package inside a package is copied by its own line. */
const isNested = (path: string, file: string): boolean => relative(path, file).split('/').includes('node_modules')

/** node, and what podkeep mounts with. */
function importNode(reference: string): void {
  const base = join(node.directory, 'base')
  const programs = [process.execPath, ...['mount', 'umount'].flatMap((name) => programPath(name) ?? [])].map((path) =>
    realpathSync(path),
  )
  const libraries = execFileSync('ldd', programs, { encoding: 'utf8' }).match(/\/\S+(?= \(0x)/g) ?? []
  for (const file of new Set(libraries)) cpSync(realpathSync(file), join(base, file))
  for (const file of programs) cpSync(file, join(base, 'usr/local/bin', basename(file)))
  mkdirSync(join(base, 'tmp'))
  const tar = join(node.directory, 'base.tar')
  execFileSync('tar', ['-C', base, '-cf', tar, '.'])
  docker('import', '--change', 'ENV PATH=/usr/local/bin', tar, reference)
}

const ask = (path: string): Promise<string> =>
  new Promise((resolve, reject) => {
    // Of a connection that is kept the other side may think otherwise.
    const options = { socketPath: join(node.root, 'podkeep.sock'), path, agent: false }
    const call = request(options, (answer) => {
      let text = ''
      answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
      answer.on('end', () => resolve(text))
    })
    call.on('error', reject).end()
  })

await t.test('a pod comes up, sees its Secret and its volume, and outlives podkeep’s container', async (t) => {
  importNode('podkeep-test/node:here')
  const prefix = join(node.directory, 'image')
  installedInto(prefix)
  docker(
    'build',
    '--build-arg',
    'BASE=podkeep-test/node:here',
    '--tag',
    'podkeep',
    '--file',
    join(checkout, 'Dockerfile'),
    prefix,
  )
  node.put(
    'web.yaml',
    `apiVersion: v1
kind: Secret
metadata: {name: login}
stringData: {password: open-sesame}
---
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  terminationGracePeriodSeconds: 0
  containers:
    - name: app
      image: ${image}
      command: [sh, -c, 'echo hello > /data/index.html; exec httpd -f -p 80 -h /data']
      readinessProbe: {httpGet: {port: 80, path: /index.html}, periodSeconds: 1}
      volumeMounts: [{name: login, mountPath: /login}, {name: data, mountPath: /data}]
  volumes: [{name: login, secret: {secretName: login}}, {name: data, emptyDir: {}}]
`,
  )
  // As on a machine with systemd, where everything is.
  mkdirSync(node.root)
  execFileSync('mount', ['--bind', node.root, node.root])
  execFileSync('mount', ['--make-shared', node.root])
  t.teardown(() => spawnSync('umount', ['-R', node.root]))
  docker(
    ...['run', '--detach', '--name', 'podkeep', '--network', 'host', '--pid', 'host'],
    ...['--cap-add', 'SYS_ADMIN', '--cap-add', 'SYS_PTRACE', '--security-opt', 'apparmor=unconfined'],
    ...['--volume', `${engine.socketPath}:/var/run/docker.sock`],
    ...['--volume', `${node.manifests}:${node.manifests}:ro`, '--volume', `${node.root}:${node.root}:rshared`],
    ...['--volume', '/sys/fs/cgroup:/sys/fs/cgroup:ro'],
    ...['podkeep', 'run', '--manifests', node.manifests, '--root-dir', node.root],
    ...['--node-name', node.name, '--port', '0', '--healthz-port', '0'],
  )
  const said = (): string => spawnSync('docker', ['logs', 'podkeep'], { env, encoding: 'utf8' }).stdout
  const web = async (): Promise<Pod | undefined> =>
    (JSON.parse(await ask('/pods')) as { items: Pod[] }).items.find(({ metadata }) => metadata.name === 'web')
  const ready = await until(
    'the pod is ready',
    async () => {
      const pod = await web().catch(() => undefined)
      return pod?.status.containerStatuses[0]?.ready === true ? pod : undefined
    },
    said,
    120_000,
  )
  const id = ready.status.containerStatuses[0]?.containerID?.replace('docker://', '') ?? ''
  t.equal(docker('exec', id, 'cat', '/login/password'), 'open-sesame')
  t.match(docker('exec', id, 'mount'), /tmpfs on \/login type tmpfs/, 'in memory, as without a container')
  t.match(JSON.parse(await ask('/stats/summary')), {
    pods: [{ containers: [{ memory: { workingSetBytes: Number } }], network: { interfaces: [{ name: 'eth0' }] } }],
  })
  docker('rm', '--force', 'podkeep')
  t.match(docker('inspect', '--format', '{{.State.Running}}', id), /true/)
})
