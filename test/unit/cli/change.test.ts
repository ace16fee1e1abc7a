/** Changing manifests from the command line: by the policy of the podkeep that runs, and nothing secret left behind. */

import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'

import { podKey, type V1Pod } from '../../../lib/pod/index.js'
import { aBoard, aHistory, anEvent } from '../../support/board.js'
import { commandLine } from '../../support/command-line.js'
import { eventually } from '../../support/eventually.js'
import { decode } from '../../support/manifests.js'
import { podEntry, runningContainer } from '../../support/pod-entries.js'
import { aStatusServer } from '../../support/status-server.js'

interface Place {
  readonly manifests: string
  readonly env: Readonly<Record<string, string>>
  readonly put: (file: string, text: string) => void
  readonly read: (file: string) => string
}

function place(t: Test): Place {
  const folder = mkdtempSync(join(tmpdir(), 'podkeep-change-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  const manifests = join(folder, 'manifests')
  mkdirSync(manifests)
  return {
    manifests,
    env: { PODKEEP_ROOT_DIR: join(folder, 'root'), PODKEEP_MANIFESTS: manifests },
    put: (file, text) => writeFileSync(join(manifests, file), text),
    read: (file) => readFileSync(join(manifests, file), 'utf8'),
  }
}

function useTemporary(t: Test, folder: string): void {
  const before = process.env['TMPDIR']
  process.env['TMPDIR'] = folder
  t.teardown(() => {
    if (before === undefined) delete process.env['TMPDIR']
    else process.env['TMPDIR'] = before
  })
}

const pod = (name: string, more = ''): string =>
  `apiVersion: v1\nkind: Pod\nmetadata: {name: ${name}}\nspec:\n  containers: [{name: app, image: "web:1"}]\n${more}`
const secret = `apiVersion: v1\nkind: Secret\nmetadata: {name: login}\nstringData: {pass: hunter2}\n`
const config = (value: string, more = ''): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {mode: ${value}}\n${more}`

await t.test('the policy is that of the podkeep that runs, but for what a flag says', async (t) => {
  const { manifests, env, put } = place(t)
  const told = {
    kubeletconfig: { allowedUnsafeSysctls: ['kernel.msg*'] },
    podkeep: { podSecurity: 'privileged', podSecurityNamespaces: { shop: 'baseline' } },
  }
  const board = aBoard({ entries: [], manifests: { directory: manifests, problem: null, files: [] } })
  const { server } = await aStatusServer(t, { board, config: told })
  const here = commandLine({ ...env, PODKEEP_SERVER: `http://127.0.0.1:${server.port}` })
  const alone = commandLine(env)
  const unsafe = join(manifests, '../unsafe.yaml')
  put('../unsafe.yaml', pod('unsafe', '  securityContext: {sysctls: [{name: kernel.msgmax, value: "1"}]}\n'))
  t.match(await alone('validate', unsafe), { code: 1, out: /kernel\.msgmax/ })
  t.match(await here('validate', unsafe), { code: 0, out: '1 file, 1 pod, 0 problems\n' })
  t.match(await alone('apply', '-f', unsafe), { code: 1, err: /kernel\.msgmax/ })
  t.match(await here('apply', '-f', unsafe, '--dry-run'), { code: 0, out: 'pod/unsafe created (dry run)\n' })
  t.match(await here('diff', unsafe), { code: 1, out: 'pod/unsafe created\n' })
  put('../open.yaml', pod('open', '  hostNetwork: true\n').replace('name: open', 'name: open, namespace: shop'))
  const open = join(manifests, '../open.yaml')
  t.match(await alone('validate', open), { code: 0 })
  t.match(await here('validate', open), { code: 1, out: /hostNetwork.*baseline/ })
  t.match(await here('apply', '-f', open), { code: 1, err: /hostNetwork/ })
  t.match(await here('validate', open, '--pod-security-namespaces', 'shop=privileged'), { code: 0 })
})

await t.test('what objects of several files say of each other counts before anything is written', async (t) => {
  const { env, put, manifests, read } = place(t)
  const type = commandLine(env)
  put('a.yaml', config('fast', 'immutable: true\n'))
  put('../b.yaml', config('slow', 'immutable: true\n'))
  t.match(await type('apply', '-f', join(manifests, '../b.yaml')), {
    code: 1,
    err: 'podkeep: nothing is changed, for this would be wrong:\n  a.yaml:3:18: metadata.name: ConfigMap default/settings is immutable, so what it said before stays in force (give the new one another name, and the pods that read it)\n',
  })
  t.match(read('a.yaml'), /fast/)
  // Found by its name in the directory, it is edited there; a second one beside it is a problem of the later file.
  put('b.yaml', config('slow'))
  const validated = await type('validate', manifests)
  t.match(validated, {
    code: 1,
    out: /b\.yaml:3:18: metadata\.name: ConfigMap default\/settings is defined in .*a\.yaml:3 already/,
  })
  put('../p.yaml', pod('web'))
  t.match(
    await type('apply', '-f', join(manifests, '../p.yaml')),
    { code: 0 },
    'what was broken before is not its affair',
  )
})

await t.test('edit leaves no copy behind, but for work that would be lost; of a Secret never', async (t) => {
  const { env, put, manifests } = place(t)
  const temporary = join(manifests, '../tmp')
  mkdirSync(temporary)
  useTemporary(t, temporary)
  const left = (): string[] => readdirSync(temporary, { recursive: true, encoding: 'utf8' }).sort()
  const edit = (file: string, editor: string) => commandLine({ ...env, EDITOR: editor })('edit', file)
  put('web.yaml', pod('web'))
  put('login.yaml', secret)
  const failing = await edit('web.yaml', 'false')
  t.strictSame(failing, {
    code: 1,
    out: '',
    err: 'podkeep: nothing is changed: the editor "false" ended with exit code 1\n',
  })
  t.match(await edit('login.yaml', 'no-such-editor'), { code: 1, err: /exit code 127\n {2}hint: set EDITOR/ })
  t.strictSame(left(), [])
  const breaking = `sh -c 'sed -i s/hunter2/hunter3/ "$1"; sed -i s/web:1/web:2/ "$1"; exit 3' ed`
  t.match(await edit('login.yaml', breaking), {
    code: 1,
    err: /ended with exit code 3\n {2}hint: what was written is not kept, for there may be a Secret in it\n$/,
  })
  t.match(await edit('login.yaml', 'sed -i s/stringData/strData/'), { code: 1, err: /not kept/ })
  t.match(await edit('web.yaml', `sh -c 'echo "kind: Secret" >> "$1"; exit 3' ed`), { code: 1, err: /not kept/ })
  t.strictSame(left(), [])
  const kept = await edit('web.yaml', breaking)
  const [, copy = ''] = /hint: what was written is in (.*)\n$/.exec(kept.err) ?? []
  t.match(readFileSync(copy, 'utf8'), /web:2/)
  t.equal(statSync(join(copy, '..')).mode & 0o777, 0o700)
  t.equal(statSync(copy).mode & 0o777, 0o600)
  rmSync(join(copy, '..'), { recursive: true })
  t.match(
    await edit('web.yaml', `sh -c 'sed -i s/web:1/web:3/ "$1"; echo "# by another" >> ${manifests}/web.yaml' ed`),
    {
      code: 1,
      err: /nothing is changed: web\.yaml was changed meanwhile by somebody else\n {2}hint: what was written is in/,
    },
  )
  for (const name of readdirSync(temporary)) rmSync(join(temporary, name), { recursive: true })
  t.match(await edit('login.yaml', 'sed -i s/hunter2/hunter3/'), { code: 0, out: /^secret\/login / })
  t.strictSame(left(), [])
})

await t.test(
  'edit ends when only podkeep’s own notes were changed, or by a signal; its copy is kept as ever',
  async (t) => {
    const { env, put, manifests, read } = place(t)
    const temporary = join(manifests, '../tmp')
    mkdirSync(temporary)
    useTemporary(t, temporary)
    const edit = (file: string, editor: string) => commandLine({ ...env, EDITOR: editor })('edit', file)
    const left = (): string[] => readdirSync(temporary, { recursive: true, encoding: 'utf8' }).sort()
    const listeners = process.listenerCount('SIGHUP')
    put('web.yaml', pod('web'))
    put('login.yaml', secret)
    // Breaks it first; after that it finds what it looks for in the note only ("did you mean containers?").
    const onlyNotes = await edit('web.yaml', 'sed -i s/containers/contaners/')
    const [, copy = ''] = /hint: what was written is in (.*)\n$/.exec(onlyNotes.err) ?? []
    t.match(onlyNotes, { code: 1, err: /^podkeep: edit cancelled, no valid changes were saved:\n {2}web\.yaml:5:3: / })
    t.match(readFileSync(copy, 'utf8'), /^#! [^]*\n {2}contaners:/m)
    rmSync(join(copy, '..'), { recursive: true })
    // This one writes something wrong again and again, and would for ever.
    const again = `sh -c 'echo "# more" >> "$1"; sed -i s/containers:/contaners:/ "$1"; [ $(grep -c more "$1") -lt 3 ] || kill -TERM ${process.pid}' ed`
    const ended = await edit('web.yaml', again)
    t.match(ended, { code: 1, err: /edit cancelled by SIGTERM[^]*hint: what was written is in / })
    for (const name of readdirSync(temporary)) rmSync(join(temporary, name), { recursive: true })
    for (const signal of ['TERM', 'INT', 'HUP']) {
      const waiting = `sh -c 'kill -${signal} ${process.pid}; exec sleep 600' ed`
      const began = Date.now()
      t.strictSame(
        await edit('web.yaml', waiting),
        { code: 1, out: '', err: `podkeep: nothing is changed: edit cancelled by SIG${signal}\n` },
        'unchanged: nothing is kept',
      )
      t.ok(Date.now() - began < 300_000, 'the editor was ended')
    }
    const unsaved = `sh -c 'sed -i s/hunter2/hunter3/ "$1"; kill -HUP ${process.pid}; exec sleep 600' ed`
    t.match(await edit('login.yaml', unsaved), { code: 1, err: /SIGHUP\n {2}hint: what was written is not kept/ })
    const stubborn = `sh -c 'trap "" TERM; kill -TERM ${process.pid}; while :; do sleep 1; done' ed`
    t.match(await edit('web.yaml', stubborn), { code: 1, err: /cancelled by SIGTERM/ })
    t.strictSame(left(), [])
    t.equal(read('web.yaml'), pod('web'))
    t.equal(process.listenerCount('SIGHUP'), listeners, 'nobody listens any more')
  },
)

await t.test('diff tells of every kind what an edit does, and of a Secret no value', async (t) => {
  const { env, put, manifests } = place(t)
  const type = commandLine(env)
  const reading = `apiVersion: v1
kind: Pod
metadata: {name: web, labels: {app: web}}
spec:
  containers:
    - name: app
      image: web:1
      env: [{name: PASS, valueFrom: {secretKeyRef: {name: login, key: pass}}}]
      volumeMounts: [{name: conf, mountPath: /conf}]
  volumes: [{name: conf, configMap: {name: settings}}]
`
  const deployment = (replicas: number, image: string): string => `apiVersion: apps/v1
kind: Deployment
metadata: {name: api}
spec:
  replicas: ${replicas}
  selector: {matchLabels: {app: api}}
  template: {metadata: {labels: {app: api}}, spec: {containers: [{name: app, image: "${image}"}]}}
`
  const service = (app: string): string =>
    `apiVersion: v1\nkind: Service\nmetadata: {name: site}\nspec: {selector: {app: ${app}}, ports: [{port: 80}]}\n`
  const cron = (schedule: string, more = ''): string => `apiVersion: batch/v1
kind: CronJob
metadata: {name: nightly}
spec:
  schedule: "${schedule}"
  ${more}
  jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: [{name: a, image: "a:1"}]}}}}
`
  const all = [reading, config('fast'), secret, deployment(2, 'api:1'), service('web'), cron('0 3 * * *')]
  put('all.yaml', all.join('---\n'))
  const diff = async (text: string, ...more: string[]): Promise<{ code: number; out: string; err: string }> => {
    put('../next.yaml', text)
    return type('diff', join(manifests, '../next.yaml'), ...more)
  }
  t.match(await diff(all.join('---\n')), { code: 0, out: /^pod\/web unchanged\n[^]*\ncronjob\/nightly unchanged\n$/ })
  t.match(await diff(config('slow')), {
    code: 1,
    out: 'configmap/settings configured: pod/default/web: rewritten volume conf\n  ~ data.mode changed\n',
  })
  const next = secret.replace('hunter2', 'hunter3')
  t.strictSame(await diff(next), {
    code: 1,
    out: 'secret/login configured: pod/default/web: replaced app\n  ~ data.pass changed\n',
    err: '',
  })
  t.notMatch((await diff(next, '-o', 'json')).out, /hunter|aHVudGVy/)
  t.match(await diff(deployment(3, 'api:1')), {
    code: 1,
    out: 'deployment/api configured: 3 pods (before 2)\n  pod/default/api-2 created\n',
  })
  t.equal(
    (await diff(deployment(1, 'api:2'))).out,
    'deployment/api configured: 1 pod (before 2)\n' +
      '  pod/default/api-0 configured: replaced app (image)\n' +
      // One pod is not put out of the way of another.
      '    - metadata.annotations."podkeep.io/rollout": "maxUnavailable=1 minReadySeconds=0 partition=0"\n' +
      '    - spec.containers[app].image: "api:1"\n' +
      '    + spec.containers[app].image: "api:2"\n' +
      '  pod/default/api-1 deleted\n',
  )
  t.equal(
    (await diff(service('api'))).out,
    'service/site configured: its name leads to default/api-0, default/api-1 (before default/web); nothing restarts\n' +
      '  - spec.selector.app: "web"\n  + spec.selector.app: "api"\n',
  )
  t.match(
    (await diff(cron('0 4 * * *'))).out,
    /^cronjob\/nightly configured: next run \d{4}-\d\d-\d\dT04:00:00Z; runs that have begun go on as they are\n {2}- spec\.schedule: "0 3 \* \* \*"\n/,
  )
  t.match((await diff(cron('0 3 * * *', 'suspend: true'))).out, /^cronjob\/nightly configured: suspended: no run; /)
  t.match(await type('apply', '--dry-run', '-f', join(manifests, '../next.yaml')), {
    code: 0,
    out: /suspended: no run/,
  })
  t.match(await type('delete', 'service/site', 'configmap/settings', 'deployment/api', '--dry-run'), { code: 0 })
})

await t.test('rollout undo writes what was written, and otherwise no more than it must', async (t) => {
  const { env, put, manifests, read } = place(t)
  const written = `# by hand\n${pod('web').replace('web:1', 'web:0')}`
  put('web.yaml', `${pod('web')}---\n${config('fast')}`)
  const manifestOf = (text: string): V1Pod => decode(text).pods[0]!.pod.manifest
  const revision = (number: number, manifest: V1Pod, source?: string) => ({
    revision: number,
    atMs: 0,
    outcomeAtMs: 0,
    file: 'web.yaml',
    outcome: 'ready' as const,
    message: '',
    changes: [],
    manifest,
    ...(source !== undefined && { source }),
  })
  const history = aHistory()
  const key = podKey('default', 'web')
  history.histories = [
    {
      pod: key,
      revisions: [
        revision(1, manifestOf(pod('web').replace('web:1', 'web:9'))),
        revision(2, manifestOf(written), written),
        revision(3, manifestOf(pod('web'))),
      ],
    },
  ]
  const board = aBoard({
    entries: [podEntry('default/web', { spec: manifestOf(pod('web')).spec })],
    manifests: { directory: manifests, problem: null, files: [] },
  })
  const { server } = await aStatusServer(t, { board, history })
  const type = commandLine({ ...env, PODKEEP_SERVER: `http://127.0.0.1:${server.port}` })
  t.match(await type('rollout', 'undo', 'web'), {
    code: 0,
    out: 'pod/web rolled back to revision 2, configured: replaced app (image)\n',
  })
  t.equal(read('web.yaml'), `${written}---\n${config('fast')}`)
  t.match(await type('rollout', 'undo', 'web', '--to-revision', '1'), { code: 0 })
  t.equal(
    read('web.yaml'),
    `apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\nspec:\n  containers:\n    - image: web:9\n      name: app\n---\n${config('fast')}`,
  )
})

await t.test('rollout history tells what fits of many changes, and all with -o wide', async (t) => {
  const { env, manifests } = place(t)
  const history = aHistory()
  const revision = { atMs: 0, outcomeAtMs: 0, file: 'web.yaml', message: '', manifest: null }
  const many = ['spec.containers[app].image', 'spec.containers[app].args', 'spec.containers[app].env', 'spec.hostname']
  const long = [`metadata.annotations[${'x'.repeat(60)}]`, 'spec.hostname']
  history.histories = [
    {
      pod: podKey('default', 'web'),
      revisions: [
        { ...revision, revision: 1, outcome: 'superseded', changes: [] },
        { ...revision, revision: 2, outcome: 'superseded', changes: many },
        { ...revision, revision: 3, outcome: 'ready', changes: long },
      ],
    },
  ]
  const board = aBoard({ entries: [], manifests: { directory: manifests, problem: null, files: [] } })
  const { server } = await aStatusServer(t, { board, history })
  const type = commandLine({ ...env, PODKEEP_SERVER: `http://127.0.0.1:${server.port}` })
  const changes = async (...flags: string[]): Promise<string[]> => {
    const { out } = await type('rollout', 'history', 'pod/web', ...flags)
    return [...out.matchAll(/^\d+ +\S+ +(\S+) *(.*)$/gm)].map(([, outcome, text]) => `${outcome}: ${text}`)
  }
  t.strictSame(await changes(), [
    'superseded: ',
    'superseded: spec.containers[app].image, spec.containers[app].args and 2 more',
    `ready: metadata.annotations[${'x'.repeat(36)}... and 1 more`,
  ])
  t.strictSame(await changes('-o', 'wide'), [
    'superseded: ',
    `superseded: ${many.join(', ')}`,
    `ready: ${long.join(', ')}`,
  ])
})

await t.test('apply --wait ends when what runs was made from what was applied, and is Ready', async (t) => {
  const { env, put, manifests } = place(t)
  const key = podKey('default', 'web')
  const manifestOf = (text: string): V1Pod => decode(text).pods[0]!.pod.manifest
  const [old, next] = [pod('web'), pod('web').replace('web:1', 'web:2')]
  put('web.yaml', old)
  put('../next.yaml', next)
  const history = aHistory()
  const board = aBoard({ entries: [], manifests: { directory: manifests, problem: null, files: [] } })
  const now = (text: string, outcome: 'pending' | 'ready' | 'failed', message = ''): void => {
    const revision = { revision: 1, atMs: 0, outcomeAtMs: 0, file: 'web.yaml', changes: [], outcome, message }
    history.histories = [{ pod: key, revisions: [{ ...revision, manifest: manifestOf(text) }] }]
    const conditions = [{ type: 'Ready', status: 'True', lastTransitionTime: null } as const]
    board.entries = [podEntry('default/web', { spec: manifestOf(text).spec, status: { conditions } })]
    board.change({ kind: 'pod', key })
  }
  now(old, 'ready')
  const { server } = await aStatusServer(t, { board, history })
  const type = commandLine({ ...env, PODKEEP_SERVER: `http://127.0.0.1:${server.port}` })
  const file = join(manifests, '../next.yaml')
  const late = 'podkeep: applied, and after 0s not as asked:\n  pod/default/web: podkeep has not read it yet\n'
  t.match(await type('apply', '-f', file, '--wait', '--timeout', '0s'), { code: 1, err: late })
  now(next, 'failed', 'app: ErrImagePull: no')
  t.match(await type('apply', '-f', file, '--wait', '--timeout', '0s'), {
    code: 1,
    err: /\n {2}pod\/default\/web: app: ErrImagePull: no\n {2}hint: "podkeep describe pod NAME" tells more\n$/,
  })
  now(old, 'ready')
  let isOver = false
  const waiting = type('apply', '-f', file, '--wait').finally(() => (isOver = true))
  await eventually(() => board.listenerCount > 0)
  now(next, 'pending')
  t.equal(isOver, false, 'the old one is Ready, and not meant')
  now(next, 'ready')
  t.match(await waiting, { code: 0, out: 'pod/web configured: replaced app (image)\n', err: '' })
  t.match(await commandLine(env)('apply', '-f', file, '--wait'), {
    code: 69,
    err: /^podkeep: nothing is changed: podkeep does not run, and so would not come to it\n {2}hint: start it with "podkeep run", or leave --wait out\n$/,
  })
})

await t.test('what is applied again is no change, and who is made with a ConfigMap follows nothing', async (t) => {
  const { env, put, manifests } = place(t)
  const type = commandLine(env)
  const volume = '  volumes: [{name: conf, configMap: {name: settings}}]\n'
  put('../both.yaml', `${config('fast')}---\n${pod('web', volume)}`)
  const apply = async (): Promise<string> => (await type('apply', '-f', join(manifests, '../both.yaml'))).out
  t.equal(await apply(), 'configmap/settings created: nothing restarts\npod/web created\n')
  const files = (): string[] =>
    readdirSync(manifests).map((name) => `${name} ${readFileSync(join(manifests, name), 'utf8')}`)
  const before = files()
  t.equal(await apply(), 'configmap/settings unchanged\npod/web unchanged\n')
  t.strictSame(files(), before)
})

await t.test('apply --wait of a ConfigMap ends when the pods that read it have followed', async (t) => {
  const { env, put, manifests } = place(t)
  const volume = '  volumes: [{name: conf, configMap: {name: settings}}]\n'
  const reading = pod('web', volume).replace('"web:1"', '"web:1", envFrom: [{configMapRef: {name: settings}}]')
  put(
    'web.yaml',
    reading.replace('}]\n', '}, {name: side, image: "web:1", volumeMounts: [{name: conf, mountPath: /conf}]}]\n'),
  )
  put('settings.yaml', config('fast'))
  put('../next.yaml', config('slow'))
  put('../other.yaml', config('slow').replace('settings', 'unread'))
  const key = podKey('default', 'web')
  const history = aHistory()
  const board = aBoard({ entries: [], manifests: { directory: manifests, problem: null, files: [] } })
  const now = (instance: string, ready: 'True' | 'False'): void => {
    const conditions = [{ type: 'Ready', status: ready, lastTransitionTime: null } as const]
    const containerStatuses = [
      runningContainer('app', { containerID: `docker://${instance}` }),
      runningContainer('side'),
    ]
    board.entries = [podEntry('default/web', { status: { conditions, containerStatuses } })]
    board.change({ kind: 'pod', key })
  }
  now('1', 'True')
  const rewritten = { reason: 'VolumeRewritten', message: 'Volume conf was rewritten: so', fieldPath: '' } as const
  history.recorded = [anEvent(key, rewritten)]
  const { server } = await aStatusServer(t, { board, history })
  const type = commandLine({ ...env, PODKEEP_SERVER: `http://127.0.0.1:${server.port}` })
  t.match(await type('apply', '-f', join(manifests, '../other.yaml'), '--wait'), {
    code: 0,
    out: 'configmap/unread created: nothing restarts\n',
    err: 'no pod changes by this: there is nothing to wait for\n',
  })
  const file = join(manifests, '../next.yaml')
  const late = 'podkeep: applied, and after 0s not as asked:\n  pod/default/web: app is not replaced yet\n'
  t.match(await type('apply', '-f', file, '--wait', '--timeout', '0s'), { code: 1, err: late })
  put('settings.yaml', config('fast'))
  let isOver = false
  const waiting = type('apply', '-f', file, '--wait', '--timeout', '60s').finally(() => (isOver = true))
  const step = async (change: () => void, why: string): Promise<void> => {
    await eventually(() => board.listenerCount > 0)
    change()
    await new Promise((resolve) => setTimeout(resolve, 300))
    t.equal(isOver, false, why)
  }
  await step(() => now('1', 'True'), 'the old one is Ready, and not meant')
  await step(() => now('2', 'True'), 'the volume is still the old one')
  await step(() => now('2', 'False'), 'not Ready')
  history.happen(anEvent(key, { ...rewritten, count: 2 }))
  await step(() => now('2', 'False'), 'not Ready, though it followed')
  now('2', 'True')
  t.match(await waiting, {
    code: 0,
    err: '',
    out: 'configmap/settings configured: pod/default/web: replaced app, rewritten volume conf\n',
  })
})

await t.test('who waits for a pod that is being made asks how far it is, whatever the stream tells', async (t) => {
  const { env, manifests } = place(t)
  const board = aBoard({ entries: [], manifests: { directory: manifests, problem: null, files: [] } })
  const making = { waiting: { reason: 'ContainerCreating', message: 'pulling image "web:1": 5 % of 18 MB' } }
  const containerStatuses = [runningContainer('app', { state: making, ready: false })]
  board.entries = [podEntry('default/web', { status: { phase: 'Pending', containerStatuses } })]
  const { server } = await aStatusServer(t, { board })
  const type = commandLine({ ...env, PODKEEP_SERVER: `http://127.0.0.1:${server.port}` })
  const waiting = type('wait', 'pod/web', '--for=condition=Ready', '--timeout=60s')
  await eventually(() => board.listenerCount > 0)
  const conditions = [{ type: 'Ready', status: 'True', lastTransitionTime: null } as const]
  board.entries = [podEntry('default/web', { status: { conditions } })]
  t.match(await waiting, { code: 0, out: 'pod/web condition met\n' })
})

await t.test('what changes something tells programs too what it did', async (t) => {
  const { env, put } = place(t)
  const type = commandLine({ ...env, EDITOR: 'sed -i s/web:1/web:2/' })
  put('web.yaml', `${pod('web')}---\n${config('fast')}`)
  const items = async (...words: string[]): Promise<unknown> => {
    const { code, out } = await type(...words, '-o', 'json')
    t.equal(code, 0, words.join(' '))
    return (JSON.parse(out) as { items: unknown }).items
  }
  const web = { kind: 'Pod', namespace: 'default', name: 'web' }
  const settings = { kind: 'ConfigMap', name: 'settings' }
  const replaced = (cause: string) => ({ effect: 'containers', containers: [{ name: 'app', causes: [cause] }] })
  t.match(await items('edit', 'web'), [
    { ...web, edit: replaced('image') },
    { ...settings, edit: { effect: 'unchanged' } },
  ])
  t.match(await items('restart', 'web'), [{ ...web, edit: { of: 'pod', effect: 'containers' } }])
  t.equal((await type('restart', 'web', '-o', 'name')).out, 'pod/web\n')
  t.match(await items('delete', 'configmap/settings'), [{ ...settings, edit: { effect: 'removed' } }])
})

await t.test('what kubectl takes in two words is taken: a kind, then its names', async (t) => {
  const { manifests, env, put, read } = place(t)
  put('web.yaml', pod('web'))
  put('pod.yaml', pod('pod'))
  put(
    'api.yaml',
    'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: api}\nspec:\n  selector: {matchLabels: {app: api}}\n  template:\n' +
      '    metadata: {labels: {app: api}}\n    spec: {containers: [{name: app, image: "web:1"}]}\n',
  )
  const type = commandLine({ ...env, EDITOR: 'sed -i s/web:1/web:2/' })
  for (const words of [['pod', 'web'], ['pods', 'web'], ['po', 'web'], ['Pod', 'web'], ['po/web']]) {
    put('web.yaml', pod('web'))
    t.match(
      await type('edit', ...words),
      { code: 0, out: 'pod/web configured: replaced app (image)\n' },
      words.join(' '),
    )
    t.match(await type('restart', ...words), { code: 0, out: 'pod/web restarted\n' }, words.join(' '))
    t.match(
      await type('delete', '--dry-run', ...words),
      { code: 0, out: 'pod/web deleted (dry run)\n' },
      words.join(' '),
    )
  }
  t.match(await type('restart', 'pod'), { code: 0, out: 'pod/pod restarted\n' }, 'a pod that is called so')
  t.match(await type('restart', 'pod', 'web', 'pod'), { code: 0, out: 'pod/web restarted\npod/pod restarted\n' })
  t.match(await type('edit', 'deployment', 'api'), { code: 0 })
  t.match(read('api.yaml'), /web:2/)
  for (const words of [['deployment/api'], ['deploy', 'api'], ['deployments', 'api', '-c', 'app']])
    t.match(await type('restart', ...words), { code: 0, out: 'deployment/api restarted\n' }, words.join(' '))
  t.match(
    read('api.yaml'),
    /template:\n {4}metadata: \{"annotations": \{ "podkeep.io\/restarted-at": "20[^,]*Z,app=20.*Z" \}, labels/,
  )
  t.match(await type('rollout', 'restart', 'deployment/api'), { code: 0 })
  t.match(read('api.yaml'), /restarted-at": "20[^,]*Z" /)
  t.match(await type('restart', 'deployment/none'), {
    code: 1,
    err: /^podkeep: deployment\/none stands in no file of /,
  })
  t.match(await type('restart', 'deployment/api', '-c', 'no'), { code: 1, err: /container "no" is not in pod "api-0"/ })
  const why = async (...words: string[]): Promise<[number, string]> => {
    const { code, err } = await type(...words)
    return [code, err]
  }
  t.strictSame(await why('edit', 'pod', 'web', 'pod'), [
    2,
    'podkeep: one at a time, and not pod web pod\n  hint: podkeep edit pod/NAME\n',
  ])
  t.strictSame(await why('restart', 'api-0'), [
    1,
    'podkeep: pod/api-0 is made from the template of Deployment api\n  hint: podkeep restart deployment/api restarts all of its pods\n',
  ])
  const restartable = '\n  hint: restarted are pods, and those of a Deployment, StatefulSet, DaemonSet\n'
  t.strictSame(await why('restart', 'cronjob/api'), [2, `podkeep: a CronJob is not restarted${restartable}`])
  t.strictSame(await why('logs', 'pod', 'web', 'app', 'more'), [
    2,
    'podkeep: one pod, and not pod web app more\n  hint: podkeep logs pod/NAME -c CONTAINER\n',
  ])
  for (const verb of ['attach', 'rollout history', 'rollout undo']) {
    const said = await why(...verb.split(' '), 'pod', 'web', 'api')
    t.strictSame(said, [2, `podkeep: one pod, and not pod web api\n  hint: podkeep ${verb} pod/NAME\n`])
  }
  t.strictSame(await why('exec', 'pod', 'web'), [2, 'podkeep: which command?\n  hint: podkeep exec web -- COMMAND\n'])
  t.strictSame(await why('port-forward', 'pod', 'web'), [
    2,
    'podkeep: which ports?\n  hint: podkeep port-forward web LOCAL:REMOTE\n',
  ])
  t.match(await type('validate', manifests), { code: 0 })
})

await t.test('diff that cannot be made is told from one with differences, as of kubectl', async (t) => {
  const { manifests, env, put } = place(t)
  put('web.yaml', pod('web'))
  const type = commandLine(env)
  t.match(await type('diff', '-f', join(manifests, 'none.yaml')), { code: 2, err: /none\.yaml: there is no such file/ })
  put('../broken.yaml', pod('web', '  foo: 1'))
  t.match(await type('diff', join(manifests, '../broken.yaml')), { code: 2, err: /spec\.foo: unknown field/ })
  put('../next.yaml', pod('web').replace('web:1', 'web:2'))
  t.match(await type('diff', join(manifests, '../next.yaml')), { code: 1 })
  t.match(await type('diff', join(manifests, 'web.yaml')), { code: 0 })
})
