import t from 'tap'

import { describeError } from '../../../lib/cli/error-description.js'
import { humanDuration } from '../../../lib/cli/duration.js'
import { showManifests } from '../../../lib/cli/get/manifests.js'
import { showPods, type PodQuery } from '../../../lib/cli/get/pods.js'
import { podList, type PodList } from '../../../lib/cli/pods/listed-pods.js'
import { parsePodReference } from '../../../lib/cli/pods/pod-reference.js'
import { summarize, type ListedPod } from '../../../lib/cli/pod-summary.js'
import { printable } from '../../../lib/cli/printable.js'
import { readableLine } from '../../../lib/cli/readable-log.js'
import { progressLines } from '../../../lib/cli/waiting/progress.js'
import { caretText, sourceLine } from '../../../lib/cli/source-line.js'
import { folded } from '../../../lib/cli/folded.js'
import { cell, renderTable, tableRenderer } from '../../../lib/cli/table.js'
import { plain } from '../../../lib/cli/terminal.js'
import { PodkeepError, podKey, type V1ContainerStatus, type V1PodStatus } from '../../../lib/pod/index.js'
import type { ManifestsStatus } from '../../../lib/ports/index.js'
import { recordingTerminal } from '../../support/terminal.js'

const nowMs = Date.parse('2026-01-01T12:00:00Z')
const escape = '\u001b'

const container = (changes: Partial<V1ContainerStatus> = {}): V1ContainerStatus => ({
  name: 'web',
  state: { running: { startedAt: '2026-01-01T11:00:00Z' } },
  lastState: {},
  ready: true,
  started: true,
  restartCount: 0,
  image: 'web:1',
  imageID: '',
  ...changes,
})

function pod(status: Partial<V1PodStatus>, metadata: Record<string, unknown> = {}): ListedPod {
  return {
    metadata: { name: 'web', namespace: 'default', creationTimestamp: '2026-01-01T11:55:00Z', ...metadata },
    spec: { containers: [{}], initContainers: [{}, {}], nodeName: 'box' },
    status: { phase: 'Running', conditions: [], qosClass: 'BestEffort', containerStatuses: [container()], ...status },
  }
}

const ended = (exitCode: number, reason: string): V1ContainerStatus['state'] => ({
  terminated: { exitCode, reason, startedAt: null, finishedAt: '2026-01-01T11:58:00Z', containerID: '' },
})

await t.test('help is folded between words, names stay names, and what is typed stays in one line', async (t) => {
  const text = 'Exit codes:\n  1   something is wrong with what was looked at\n\nA sentence that is long enough\n'
  t.equal(
    folded(text, 30),
    'Exit codes:\n  1   something is wrong with\n      what was looked at\n\nA sentence that is long enough\n',
  )
  t.equal(folded('  --a-flag-of-some-length  means', 30), '  --a-flag-of-some-length\n  means')
  t.equal(
    folded('A sentence that is rather long\nand one\nmore.\n', 20),
    'A sentence that is\nrather long and one\nmore.\n',
  )
  t.equal(folded('  podkeep get pods -o jsonpath={.items}', 30), '  podkeep get pods -o jsonpath={.items}')
  t.equal(folded('x'.repeat(40), 30), 'x'.repeat(40), 'a word is not broken')
})

await t.test('rows that come later stand below those that were', async (t) => {
  const render = tableRenderer(plain)
  t.equal(
    render(['NAME', 'STATUS'], [[cell('a-long-name'), cell('Running')]]),
    'NAME          STATUS\na-long-name   Running\n',
  )
  t.equal(render(null, [[cell('b'), cell('Pending')]]), 'b             Pending\n')
})

await t.test('durations are written as kubectl writes them', async (t) => {
  const minute = 60_000
  const hour = 60 * minute
  const day = 24 * hour
  const table: [number, string][] = [
    [-5000, '0s'],
    [0, '0s'],
    [119_999, '119s'],
    [2 * minute, '2m'],
    [2 * minute + 5000, '2m5s'],
    [10 * minute + 5000, '10m'],
    [179 * minute, '179m'],
    [3 * hour, '3h'],
    [3 * hour + 4 * minute, '3h4m'],
    [8 * hour + 4 * minute, '8h'],
    [48 * hour, '2d'],
    [50 * hour, '2d2h'],
    [8 * day + hour, '8d'],
    [2 * 365 * day, '2y'],
    [(2 * 365 + 3) * day, '2y3d'],
    [9 * 365 * day, '9y'],
  ]
  for (const [durationMs, text] of table) t.equal(humanDuration(durationMs), text)
})

await t.test('a pod is summed up as kubectl does', async (t) => {
  const of = (status: Partial<V1PodStatus>, desire = 'run'): string[] => {
    const summary = summarize(pod(status), { desire, file: 'web.yaml' }, nowMs)
    return [summary.ready, summary.status, summary.restarts, summary.age]
  }
  t.strictSame(of({}), ['1/1', 'Running', '0', '5m'])
  t.strictSame(of({ reason: 'ManifestHeld' }, 'hold')[1], 'Running,Held')
  t.strictSame(of({}, 'remove')[1], 'Terminating')
  const backOff = container({
    ready: false,
    state: { waiting: { reason: 'CrashLoopBackOff' } },
    lastState: ended(1, 'Error'),
    restartCount: 3,
  })
  t.strictSame(of({ containerStatuses: [backOff] }), ['0/1', 'CrashLoopBackOff', '3 (2m ago)', '5m'])
  t.equal(of({ containerStatuses: [container({ ready: false, state: ended(0, 'Completed') })] })[1], 'Completed')
  t.equal(of({ containerStatuses: [container({ ready: false, state: ended(3, '') })] })[1], 'ExitCode:3')
  t.equal(of({ phase: 'Pending', containerStatuses: [] })[1], 'Pending')
  t.equal(of({ reason: 'Evicted', containerStatuses: [] })[1], 'Evicted')
  const back = {
    type: 'DisruptionTarget',
    status: 'False' as const,
    lastTransitionTime: new Date(nowMs - 90_000).toISOString(),
  }
  t.equal(of({ conditions: [back] })[2], '0 (evicted, back for 90s)')
  t.equal(
    of({ conditions: [back], containerStatuses: [{ ...backOff, ready: true }] })[2],
    '3 (2m ago; evicted, back for 90s)',
  )
  t.equal(of({ conditions: [{ ...back, status: 'True' }] })[2], '0')
  const half = [container(), container({ ready: false, state: ended(0, 'Completed') })]
  t.equal(of({ containerStatuses: half })[1], 'NotReady')
  const ready = [{ type: 'Ready', status: 'True' as const, lastTransitionTime: null }]
  t.equal(of({ containerStatuses: half, conditions: ready })[1], 'Running')
})

await t.test('init containers are counted through', async (t) => {
  const waiting = container({ ready: false, state: { waiting: { reason: 'PodInitializing' } } })
  const of = (...initContainerStatuses: V1ContainerStatus[]): string =>
    summarize(pod({ initContainerStatuses, containerStatuses: [waiting] }), { desire: 'run', file: '' }, nowMs).status
  const done = container({ state: ended(0, 'Completed') })
  t.equal(of(container(), waiting), 'Init:0/2')
  t.equal(of(done, waiting), 'Init:1/2')
  t.equal(of(done, container({ state: ended(1, 'Error') })), 'Init:Error')
  t.equal(of(container({ state: { waiting: { reason: 'ImagePullBackOff' } } }), waiting), 'Init:ImagePullBackOff')
  t.equal(of(done, done), 'PodInitializing')
})

await t.test('restarts are those of the containers that are at work, as kubectl counts them', async (t) => {
  const of = (status: Partial<V1PodStatus>, sidecar = false): string[] => {
    const spec = { containers: [{}], initContainers: [{ name: 'a', ...(sidecar && { restartPolicy: 'Always' }) }, {}] }
    const summary = summarize({ ...pod(status), spec }, { desire: 'run', file: '' }, nowMs)
    return [summary.ready, summary.status, summary.restarts]
  }
  const restarted = (count: number, state: V1ContainerStatus['state'], name = 'a'): V1ContainerStatus =>
    container({ name, state, ready: false, restartCount: count, lastState: ended(1, 'Error') })
  const running = { running: { startedAt: '2026-01-01T11:00:00Z' } }
  const waiting = { waiting: { reason: 'PodInitializing' } }
  const app = container({ restartCount: 1 })
  t.strictSame(
    of({ initContainerStatuses: [restarted(4, ended(0, 'Completed')), restarted(2, running)] })[2],
    '6 (2m ago)',
    'of those before it too',
  )
  t.strictSame(
    of({ initContainerStatuses: [restarted(4, running), restarted(2, waiting)], containerStatuses: [app] }),
    ['0/1', 'Init:0/2', '4 (2m ago)'],
    'nothing that comes later counts',
  )
  const done = [restarted(4, ended(0, 'Completed')), restarted(2, ended(0, 'Completed'), 'b')]
  t.strictSame(of({ initContainerStatuses: done, containerStatuses: [app] }), ['1/1', 'Running', '1'])
  const sidecar = { ...restarted(3, running), ready: true, started: true }
  t.strictSame(of({ initContainerStatuses: [sidecar, done[1]!], containerStatuses: [app] }, true), [
    '2/2',
    'Running',
    '4 (2m ago)',
  ])
})

await t.test('the reasons of the whole pod: over, on its way out, paused, not to be asked', async (t) => {
  const of = (status: Partial<V1PodStatus>, desire = 'run'): string =>
    summarize(pod(status), { desire, file: '' }, nowMs).status
  const over = { phase: 'Succeeded' as const, containerStatuses: [container({ state: ended(0, 'Completed') })] }
  t.equal(of(over, 'remove'), 'Completed', 'kubectl calls terminating only what has not ended')
  t.equal(of({ reason: 'Paused', containerStatuses: [container({ ready: false })] }), 'Paused')
  t.equal(of({ reason: 'Paused', containerStatuses: [container({ ready: false })] }, 'hold'), 'Paused,Held')
  const away = { reason: 'EngineUnavailable' }
  t.equal(of(away), 'EngineUnavailable')
  const waiting = container({ ready: false, state: { waiting: { reason: 'EngineUnavailable' } } })
  t.equal(
    of({ ...away, phase: 'Unknown', initContainerStatuses: [waiting], containerStatuses: [waiting] }),
    'EngineUnavailable',
  )
  t.equal(of({ ...away, ...over }), 'Completed')
  t.equal(of({ ...away }, 'remove'), 'Terminating')
})

const list = (...items: ListedPod[]): PodList & { apiVersion: string } => ({ kind: 'PodList', apiVersion: 'v1', items })
const all: PodQuery = {
  references: [],
  namespace: null,
  selector: null,
  format: { kind: 'table' },
  showLabels: false,
  headers: true,
}

await t.test('get pods prints a table without colours into a pipe and with them on a terminal', async (t) => {
  const annotations = { 'io.podkeep.desire': 'hold', 'io.podkeep.manifest': `we${escape}[2Jb.yaml` }
  const held = pod({ podIP: '10.0.0.2' }, { annotations })
  const piped = recordingTerminal()
  showPods(list(held), { ...all, format: { kind: 'wide' } }, nowMs, piped)
  t.equal(
    piped.text,
    'NAMESPACE   NAME   READY   STATUS         RESTARTS   AGE   IP         NODE   FILE\n' +
      'default     web    1/1     Running,Held   0          5m    10.0.0.2   box    we\\u001b[2Jb.yaml\n',
  )
  t.equal(piped.notes, '')
  const terminal = recordingTerminal(true)
  showPods(list(held), all, nowMs, terminal)
  t.match(terminal.text, `${escape}[33mRunning,Held${escape}[39m`)
  t.match(terminal.notes, /1 pod is kept as before/)
})

await t.test('what is being made is told below the table, for a person only', async (t) => {
  const pulling = (name: string): V1ContainerStatus =>
    container({
      name,
      state: { waiting: { reason: 'ContainerCreating', message: `pulling \u001b[2J${name}: 45 % of 31 MB` } },
    })
  const failing = container({ state: { waiting: { reason: 'ErrImagePull', message: 'denied' } } })
  const list = (...containerStatuses: V1ContainerStatus[]): PodList => ({
    kind: 'PodList',
    items: [pod({ phase: 'Pending', containerStatuses })],
  })
  const notesOf = (listed: PodList, terminal = recordingTerminal(true)): string => {
    showPods(listed, all, nowMs, terminal)
    return terminal.notes
  }
  t.equal(notesOf(list(pulling('app'), failing)), '\ndefault/web: app: pulling \\u001b[2Japp: 45 % of 31 MB\n')
  t.equal(notesOf(list(pulling('app')), recordingTerminal()), '')
  t.equal(notesOf(list(failing)), '')
  const many = Array.from({ length: 12 }, (_, index) => pulling(`c${index}`))
  t.match(notesOf(list(...many)), /c9: 45 % of 31 MB\n... and 2 more\n$/)
  const [far, failed] = progressLines([pod({ containerStatuses: [pulling('app'), failing] })])
  t.equal(far, 'pod/web app: [#########-----------] 45 % of 31 MB, pulling \\u001b[2Japp')
  t.match(failed, /^pod\/web [^[]*$/, 'what is no pull has no bar')
})

await t.test('get pods chooses by name and namespace, and JSON is Kubernetes’ own', async (t) => {
  const other = pod({}, { namespace: 'shop' })
  const answer = list(pod({}), other, pod({}, { name: 'db' }))
  const json = (query: Partial<PodQuery>): unknown => {
    const terminal = recordingTerminal()
    showPods(answer, { ...all, format: { kind: 'json' }, ...query }, nowMs, terminal)
    return JSON.parse(terminal.text)
  }
  t.match(json({}), { kind: 'PodList', apiVersion: 'v1', items: { length: 3 } })
  t.match(json({ namespace: 'shop' }), { kind: 'PodList', items: [{ metadata: { namespace: 'shop' } }] })
  t.match(json({ references: [parsePodReference('shop/web', null)] }), { metadata: { namespace: 'shop', name: 'web' } })
  t.throws(() => json({ references: [parsePodReference('web', null)] }), {
    exitCode: 2,
    message: /several namespaces: default, shop/,
  })
  t.throws(() => json({ references: [parsePodReference('nope', null)] }), {
    exitCode: 1,
    message: 'pod "nope" not found',
  })
  t.throws(() => podList({ hello: 1 }), { message: /not podkeep/ })
})

await t.test('no pods is said aside, so that a script sees nothing', async (t) => {
  const terminal = recordingTerminal()
  t.equal(showPods(list(), all, nowMs, terminal), 0)
  t.equal(terminal.text, '')
  t.match(terminal.notes, /No pods found/)
})

await t.test('get manifests gives each problem a line with its place', async (t) => {
  const key = podKey('default', 'web')
  const problem = {
    file: 'web.yaml',
    line: 8,
    column: 7,
    field: 'spec.x',
    message: 'unknown field',
    suggestion: null,
    source: null,
  }
  const whole = { ...problem, line: null, column: null, field: '', message: 'and more', pod: null }
  const manifests: ManifestsStatus = {
    directory: '/pods',
    problem: 'it went away',
    files: [
      {
        file: 'web.yaml',
        state: 'held',
        reason: null,
        objects: [],
        pods: [key],
        problems: [{ ...problem, pod: key }, whole],
        warnings: [],
      },
      { file: 'x~', state: 'ignored', reason: 'a backup copy', objects: [], pods: [], problems: [], warnings: [] },
    ],
  }
  const terminal = recordingTerminal()
  t.equal(showManifests(manifests, { names: [], format: { kind: 'table' }, headers: true }, terminal), 1)
  t.equal(
    terminal.text,
    'FILE       STATE     PODS          PROBLEM\n' +
      'web.yaml   held      default/web   8:7: spec.x: unknown field\n' +
      '                                   and more\n' +
      'x~         ignored                 a backup copy\n',
  )
  t.equal(terminal.notes, '/pods: it went away\n')
  const waiting = {
    ...manifests.files[1]!,
    file: 'new.yaml',
    state: 'waiting' as const,
    reason: null,
    problems: [whole],
  }
  const calm = recordingTerminal()
  const query = { names: [], format: { kind: 'table' }, headers: false } as const
  t.equal(showManifests({ ...manifests, problem: null, files: [waiting] }, query, calm), 0, 'nothing is wrong with it')
  t.equal(calm.text, 'new.yaml   waiting      and more\n')
})

await t.test('columns stand under each other, also with wide characters, and in a table of any length', async (t) => {
  const rows = [
    [cell('日本.yaml', 'red'), cell('ok')],
    [cell('e\u0301.yaml'), cell('')],
    [cell('a'.repeat(10)), cell('x')],
  ]
  t.equal(
    renderTable(['FILE', 'STATE'], rows, plain),
    'FILE         STATE\n' + '日本.yaml    ok\n' + 'e\u0301.yaml\n' + 'aaaaaaaaaa   x\n',
  )
  // A layout that looks at every row for every row would not come back in this file's time.
  const many = Array.from({ length: 60_000 }, (_none, index) => [cell(`${index}.yaml`), cell('refused', 'red')])
  t.equal(renderTable(['FILE', 'STATE'], many, plain).split('\n').length, 60_002)
})

await t.test('a readable log line has the pod first, then what happened, then the values', async (t) => {
  const line = (fields: Record<string, unknown>): string =>
    readableLine(
      JSON.stringify({ level: 'info', time: '2026-01-01T12:00:00Z', msg: 'container started', ...fields }),
      plain,
    ).replace(/^\d\d:\d\d:\d\d/, 'TIME')
  t.equal(
    line({ pod: 'default/web', container: 'web', attempt: 1, reason: 'a b' }),
    'TIME default/web  container started  container=web attempt=1 reason="a b"\n',
  )
  t.equal(line({ level: 'warn' }), 'TIME  warn: container started\n')
  t.notMatch(line({ reason: `${escape}[2J\n` }), new RegExp(`[${escape}]|\\n.`), 'nothing moves the cursor')
})

await t.test('an error is shown with its code, its causes and what may help', async (t) => {
  const error = new PodkeepError('IMAGE_NOT_FOUND', 'pull web:1', { cause: new Error('404 from the registry') })
  const described = describeError(error)
  t.strictSame(described, {
    message: 'pull web:1',
    code: 'IMAGE_NOT_FOUND',
    hint: error.hint,
    cause: { message: '404 from the registry' },
  })
  const time = '2026-01-01T12:00:00Z'
  const text = readableLine(JSON.stringify({ level: 'warn', time, msg: 'no', err: described }), plain)
  t.strictSame(text.split('\n').slice(1), [
    '         pull web:1 [IMAGE_NOT_FOUND]',
    '         because: 404 from the registry',
    `         hint: ${error.hint}`,
    '',
  ])
  t.match(describeError(new TypeError('bug')), { message: 'bug', stack: /at / }, 'a bug has its stack')
  t.equal(describeError('thrown text').message, 'thrown text')
  const round = new Error('round')
  round.cause = round
  t.ok(JSON.stringify(describeError(round)), 'a circle of causes ends')
})

await t.test('the caret stands under the place, also in a long line', async (t) => {
  const problem = { file: 'f', line: 1, column: 3, field: '', message: '', suggestion: null, pod: null }
  t.equal(caretText(sourceLine(['a\tbc'], problem)!), '    1 | a bc\n      |   ^\n')
  const long = sourceLine([`${'x'.repeat(500)}!${'y'.repeat(500)}`], { ...problem, column: 501 })!
  t.equal(long.text[long.before], '!')
  t.ok(long.text.length <= 100)
  t.equal(sourceLine(['a'], { ...problem, line: 7 }), null)
  t.equal(sourceLine(['a'], { ...problem, line: null, column: null }), null)
})

await t.test('control characters are shown, not sent', async (t) => {
  t.equal(printable(`a${escape}[31m\n\u009b\u007f`), 'a\\u001b[31m\\n\\u009b\\u007f')
})
