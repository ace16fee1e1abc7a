/** Every folder of examples/: it is valid without a warning, runs as it stands, shows what it is for, and ends when it is asked to. */

import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'

import { importBusybox } from '../support/images.js'
import { containersOf } from './engine-view.js'
import { engineWithImage } from './engine-with-image.js'
import { examplesFolder, isTrue, manifestsOf, Tour, validatesClean } from './example-tour.js'
import { podkeep, Node, type Pod } from './podkeep-process.js'
import { until } from './until.js'

interface Example {
  /** What its pods are called, or what their names begin with. */
  readonly pods: readonly string[]
  readonly folder?: string
  readonly flags?: readonly string[]
  readonly look: (tour: Tour, t: Test, files: Map<string, string>, ports: readonly number[]) => Promise<void>
}

/** Saves a file anew, with an edit. */
function edit(tour: Tour, files: ReadonlyMap<string, string>, file: string, from: string, to: string): void {
  const text = files.get(file) ?? ''
  if (!text.includes(from)) throw new Error(`${file} does not say ${from}`)
  tour.node.put(file, text.replace(from, to))
}

const restarts = ({ status }: Pod): number => status.containerStatuses[0]?.restartCount ?? -1

const diary = ['cat', '/diary/log']

const examples: Readonly<Record<string, Example>> = {
  // First, for it takes a minute.
  'cron-job': {
    pods: ['tick'],
    look: async (tour, t) => {
      const run = await until(
        'a run',
        async () => (await tour.podkeep.pods()).find(({ metadata }) => metadata.name.startsWith('tick-')),
        () => tour.podkeep.tail(),
        90_000,
      )
      const { name } = run.metadata
      await tour.pod(name, ({ status }) => status.phase === 'Succeeded')
      t.equal(Number(name.slice('tick-'.length)), Math.floor(Date.parse(run.status.startTime ?? '') / 60_000))
    },
  },
  hello: {
    folder: join(examplesFolder, '../manifests'),
    pods: ['hello'],
    look: async (tour, _, __, [port = 0]) => tour.page(port, /^Hello from pod hello, it is /),
  },
  'two-containers': {
    pods: ['two-containers'],
    look: (tour) => tour.logs('two-containers', 'client', /^.*hello from next door$/m),
  },
  'init-container': {
    pods: ['init-container'],
    look: (tour, _, __, [port = 0]) => tour.page(port, /^This page was written by an init container on /),
  },
  sidecar: {
    pods: ['sidecar'],
    look: async (tour, t) => {
      await tour.logs('sidecar', 'follow', /sidecar at [\d.]+$/m)
      const { status } = await tour.pod('sidecar', ({ status }) => status.phase === 'Succeeded')
      t.match(status.initContainerStatuses, [{ restartCount: 0, state: { terminated: { exitCode: 0 } } }])
    },
  },
  probes: {
    pods: ['probes'],
    look: async (tour, t) => {
      await tour.ready('probes')
      await tour.inside('probes', 'rm', '/www/index.html')
      t.equal(restarts(await tour.pod('probes', ({ status }) => !isTrue(status, 'Ready'))), 0)
      await tour.inside('probes', 'killall', 'httpd')
      await tour.pod('probes', (pod) => restarts(pod) === 1 && isTrue(pod.status, 'Ready'))
    },
  },
  hooks: {
    pods: ['hooks'],
    look: async (tour, t) => {
      await tour.says('hooks', diary, /^started$/)
      const { code, err } = await podkeep(['restart', 'hooks', '--root-dir', tour.node.root])
      t.equal(code, 0, err)
      await tour.pod('hooks', ({ status }) => isTrue(status, 'Ready'))
      await tour.says('hooks', diary, /^started\nasked to stop\nstopped\nstarted$/)
    },
  },
  'config-map': {
    pods: ['config-map'],
    look: async (tour, t, files, [port = 0]) => {
      await tour.page(port, /^hello, everybody$/m)
      const before = await tour.container('config-map')
      edit(tour, files, 'config-map.yaml', 'page.txt: hello', 'page.txt: good bye')
      await tour.page(port, /^good bye, everybody$/m)
      t.strictSame(await tour.container('config-map'), before)
      edit(tour, files, 'config-map.yaml', 'AUDIENCE: everybody', 'AUDIENCE: nobody')
      await tour.page(port, /, nobody$/m)
      t.not((await tour.container('config-map')).id, before.id)
    },
  },
  secret: {
    pods: ['secret'],
    look: async (tour, t) => {
      await tour.logs('secret', 'guard', /^.*the password has 11 letters$/m)
      t.equal(await tour.inside('secret', 'cat', '/door/password'), 'open sesame')
      t.equal(await tour.inside('secret', 'stat', '-L', '-c', '%a %g', '/door/password'), '440 1000')
      t.equal(await tour.inside('secret', 'stat', '-f', '-c', '%T', '/door'), 'tmpfs')
    },
  },
  volumes: {
    pods: ['volumes', 'host-path'],
    look: async (tour, t, files) => {
      await tour.logs('host-path', 'look', /^.*\d+ files in the machine's \/var\/log$/m)
      await tour.ready('volumes')
      t.match(await tour.inside('volumes', 'df', '-m', '/scratch'), / 16 +0 +16 +0% \/scratch$/)
      t.equal(await tour.inside('volumes', 'cat', '/about/labels', '/about/motd'), 'mood="good"be kind to your pods')
      const before = await tour.container('volumes')
      edit(tour, files, 'volumes.yaml', 'mood: good', 'mood: better')
      await tour.says('volumes', ['cat', '/about/labels'], /^mood="better"$/)
      t.strictSame(await tour.container('volumes'), before)
    },
  },
  storage: {
    pods: ['storage'],
    look: async (tour, t, files) => {
      await tour.logs('storage', 'count', /start number 1$/m)
      await tour.leave(t, files.keys(), (pod) => pod === 'storage')
      tour.put(files)
      await tour.logs('storage', 'count', /start number 2$/m)
    },
  },
  deployment: {
    pods: ['web'],
    look: async (tour, t, files) => {
      const [first, second] = [await tour.ready('web-0'), await tour.ready('web-1')]
      edit(tour, files, 'deployment.yaml', 'replicas: 2', 'replicas: 3')
      await tour.ready('web-2')
      for (const { metadata, status } of [first, second])
        t.match((await tour.pod(metadata.name)).status.containerStatuses, status.containerStatuses)
    },
  },
  'stateful-set': {
    pods: ['queue'],
    look: async (tour, t) => {
      await tour.ready('queue-1')
      await tour.logs('queue-1', 'queue', /joined what queue-0 serves$/m)
      const volumes = (await tour.volumes('data-queue')).map((name) => name.replace(`_${tour.node.name}`, '_NODE'))
      t.strictSame(volumes, ['podkeep_data-queue-0_default_NODE', 'podkeep_data-queue-1_default_NODE'])
    },
  },
  job: {
    pods: ['job'],
    look: async (tour, t) => {
      t.equal(restarts(await tour.pod('job', ({ status }) => status.phase === 'Succeeded')), 2)
      await tour.logs('job', 'task', /attempt 3$/m)
    },
  },
  service: {
    pods: ['greeter', 'visitor'],
    look: async (tour, t) => {
      await tour.logs('visitor', 'ask', /^.*greeter says hello$/m)
      t.equal(await tour.inside('visitor', 'wget', '-q', '-O', '-', 'http://greeter:8080/'), 'greeter says hello')
    },
  },
  'depends-on': {
    pods: ['backend', 'frontend'],
    look: async (tour, t) => {
      const { status } = await tour.pod('frontend')
      t.match(status.containerStatuses, [{ state: { waiting: { reason: 'DependenciesNotReady' } } }])
      await tour.logs('frontend', 'frontend', /the backend is ready$/m)
      const backend = await tour.ready('backend')
      const readySince = backend.status.conditions.find(({ type }) => type === 'Ready')?.lastTransitionTime ?? ''
      t.ok(((await tour.pod('frontend')).status.containerStatuses[0]?.state.running?.startedAt ?? '') >= readySince)
    },
  },
  resources: {
    pods: ['resources'],
    look: async (tour, t, files) => {
      await tour.ready('resources')
      const group = '/sys/fs/cgroup'
      const limits = `cat ${group}/memory.max ${group}/cpu.max 2>/dev/null || cat ${group}/memory/memory.limit_in_bytes ${group}/cpu/cpu.cfs_quota_us`
      t.match(await tour.inside('resources', 'sh', '-c', limits), /^33554432\n10000\b/)
      const before = await tour.container('resources')
      edit(tour, files, 'resources.yaml', 'memory: 32Mi', 'memory: 64Mi')
      await tour.says('resources', ['sh', '-c', limits], /^67108864\n/)
      t.strictSame(await tour.container('resources'), before)
    },
  },
  security: {
    pods: ['security'],
    flags: ['--pod-security', 'restricted'],
    look: async (tour, t) => {
      await tour.ready('security')
      const status = await tour.inside('security', 'cat', '/proc/1/status')
      for (const line of [
        ...[/^Uid:\s+1000\s+1000\s+1000\s+1000$/m, /^Gid:\s+1000\s+1000\s+1000\s+1000$/m],
        ...[/^NoNewPrivs:\s+1$/m, /^Seccomp:\s+2$/m, /^CapEff:\s+0+$/m, /^CapBnd:\s+0+$/m],
      ])
        t.match(status, line)
      t.match(await tour.inside('security', 'sh', '-c', 'touch /x 2>&1'), /Read-only file system/)
      t.equal(await tour.inside('security', 'cat', '/proc/sys/net/ipv4/tcp_syncookies'), '1')
    },
  },
  restricted: {
    pods: ['modest', 'proud'],
    flags: ['--pod-security-namespaces', 'shop=restricted'],
    look: async (tour, t) => {
      await tour.ready('modest')
      const { problems } = await tour.podkeep.file('proud.yaml', 'refused')
      t.match(
        problems.find(({ field }) => field === 'spec.volumes[0].hostPath'),
        { message: 'Pod Security "restricted", control HostPath Volumes: this is forbidden' },
      )
    },
  },
  'host-network': {
    pods: ['host-network'],
    look: async (tour, t, _, [port = 0]) => {
      await tour.page(port, new RegExp(`^${hostname()}$`, 'm'))
      const of = (await containersOf(tour.socketPath, tour.node.name)).filter(({ pod }) => pod === 'host-network')
      t.equal(of.length, 1, 'no sandbox')
    },
  },
  'kubelet-config': {
    pods: [],
    flags: ['--config', join(examplesFolder, 'kubelet-config/kubelet-config.yaml')],
    look: async (tour, t) => {
      const sysctls = '{"securityContext":{"sysctls":[{"name":"kernel.msgmax","value":"9000"}]},"containers":['
      const pod = `{"apiVersion":"v1","kind":"Pod","metadata":{"name":"a"},"spec":${sysctls}{"name":"a","image":"none.example/a:1"}]}}`
      tour.node.put('a.json', pod)
      await tour.podkeep.file('a.json', 'ok')
      const said = tour.podkeep.log.filter(({ msg }) => msg === 'setting changes nothing here')
      t.match(said, [{ field: 'maxPods', line: 14 }])
    },
  },
}

await t.test('every folder is in the tour, here and in its README', (t) => {
  const folders = readdirSync(examplesFolder, { withFileTypes: true }).filter((one) => one.isDirectory())
  const readme = readFileSync(join(examplesFolder, 'README.md'), 'utf8')
  const linked = [...readme.matchAll(/^\| \[`([a-z-]+)`\]\(([^)]+)\)/gm)].map(([, name = '', path = '']) => [
    name,
    path,
  ])
  // The shop has a test of its own.
  const tested = [...Object.keys(examples), 'systemd', 'shop'].sort()
  t.strictSame(
    folders
      .map(({ name }) => name)
      .concat('hello')
      .sort(),
    tested,
  )
  t.strictSame(linked.map(([name]) => name).sort(), tested)
  for (const [name = '', path] of linked)
    t.match(
      path,
      name === 'hello' ? '../manifests/hello.yaml' : new RegExp(`^${name}/[a-z-]+\\.(yaml|service)$|/README\\.md$`),
    )
  t.end()
})

const verifier = spawnSync('systemd-analyze', ['--version']).error === undefined
await t.test('systemd finds nothing wrong with the unit', { skip: !verifier && 'no systemd-analyze here' }, (t) => {
  const { status, stderr } = spawnSync('systemd-analyze', ['verify', join(examplesFolder, 'systemd/podkeep.service')])
  t.equal(status, 0, stderr.toString())
  t.notMatch(stderr.toString(), /podkeep\.service/)
  t.end()
})

const { host, socketPath } = await engineWithImage()
await importBusybox(socketPath, 'podkeep.local/example:1')

await t.test('each example', async (t) => {
  const node = new Node(t, 'tour')
  const shared = new Tour(node, await node.start(host), socketPath)
  t.jobs = 3
  const all = Object.entries(examples).map(([name, { folder = join(examplesFolder, name), pods, flags, look }]) =>
    t.test(name, { buffered: true }, async (t) => {
      const { files, ports } = await manifestsOf(folder)
      const isOfIt = (pod: string): boolean => pods.some((one) => pod === one || pod.startsWith(`${one}-`))
      if (pods.length === 0) files.clear()
      else await validatesClean(t, files)
      const own = flags === undefined ? null : new Node(t, name)
      const tour = own === null ? shared : new Tour(own, await own.start(host, ...(flags ?? [])), socketPath)
      tour.put(files)
      await look(tour, t, files, ports)
      await tour.leave(t, files.keys(), isOfIt)
    }),
  )
  await Promise.all(all)
  t.strictSame(await containersOf(socketPath, node.name), [])
  t.equal(await shared.podkeep.kill('SIGTERM'), 0)
})
