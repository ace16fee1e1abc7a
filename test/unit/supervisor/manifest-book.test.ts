/** What the directory asks for: files held, refused and forgotten. The whole way is in test/sim; here are the words and the edges. */

import assert from 'node:assert/strict'

import fc from 'fast-check'
import t from 'tap'

import { decodeFile, usualPolicy } from '../../../lib/manifest/index.js'
import type { Desire } from '../../../lib/plan/index.js'
import { podKey, podUid, problemText, type PodKey, type PodRecord } from '../../../lib/pod/index.js'
import type { DirectoryScan, ScannedFile } from '../../../lib/ports/index.js'
import { ManifestBook } from '../../../lib/supervisor/manifest-book.js'
import type { Origin } from '../../../lib/supervisor/manifest-entry.js'
import { nothingStored } from '../../support/stored.js'

const web = podKey('default', 'web')
const api = podKey('default', 'api')

function podText(name: string, { image = 'app:1', grace = 30 } = {}): string {
  const spec = { terminationGracePeriodSeconds: grace, containers: [{ name: 'app', image }] }
  return JSON.stringify({ apiVersion: 'v1', kind: 'Pod', metadata: { name }, spec })
}

const broken = (name: string): string => podText(name).replace('"image"', '"imge"')
const half = '{ "apiVersion": "v1", "kind": "Pod", '

function file(name: string, text: string, fingerprint = text): Extract<ScannedFile, { kind: 'read' }> {
  return { kind: 'read', name, bytes: new TextEncoder().encode(text), fingerprint }
}

const unreadable = (name: string, suggestion: string | null = null): ScannedFile => ({
  ...{ kind: 'unreadable', name, message: 'permission denied', suggestion },
})
const scan = (...files: ScannedFile[]): DirectoryScan => ({ kind: 'scanned', directoryId: 'disk', files })
const from = (file: string, isForeign = false): Origin => ({ file, isForeign })
const away: DirectoryScan = { kind: 'unreadable', message: 'no such directory', suggestion: 'make it' }

function recordOf(name: string, from: string, text = podText(name)): PodRecord {
  const pod = decodeFile(from, new TextEncoder().encode(text)).pods[0]!.pod
  return { key: pod.key, uid: podUid('uid-1'), file: from, manifest: pod.manifest, ended: [] }
}

function bookAfter(records: readonly PodRecord[], ...scans: DirectoryScan[]): ManifestBook {
  const stored = { ...nothingStored, records }
  const book = new ManifestBook({ directory: '/manifests', policy: usualPolicy, stored, believedDirectory: 'disk' })
  for (const one of scans) book.update(one)
  return book
}

/** `run web.yaml`, `hold web.yaml: why`, `hold nothing: why`, `remove 30000` */
function words(desire: Desire | null): string {
  if (desire === null) return 'unknown'
  if (desire.kind === 'remove') return `remove ${desire.pod?.graceMs ?? null}`
  const pod = desire.pod?.file ?? 'nothing'
  return desire.kind === 'hold' ? `hold ${pod}: ${desire.why}` : `${desire.kind} ${pod}`
}

const column = broken('web').indexOf('"imge"') + 1
const unknownField = `web.yaml:1:${column}: spec.containers[0].imge: unknown field (did you mean "image"?)`

await t.test('before the directory was looked at, nothing is known of any pod', async (t) => {
  const book = bookAfter([recordOf('web', 'web.yaml')])
  t.equal(words(book.desireFor(web, from('web.yaml'))), 'unknown')
  t.equal(words(book.desireFor(api, null)), 'unknown')
  t.strictSame([...book.keys()], [web])
  t.equal(book.isComplete, false)
  t.equal(book.directoryProblem, 'the manifests directory was not read yet')
})

await t.test('a file that is good runs its pod; gone, it is removed with the grace it last asked for', async (t) => {
  const book = bookAfter([], scan(file('web.yaml', podText('web', { grace: 7 }))))
  t.equal(words(book.desireFor(web, null)), 'run web.yaml')
  t.equal(words(book.desireFor(api, from('api.yaml'))), 'remove null')
  t.strictSame([book.isComplete, book.directoryProblem], [true, null])
  book.update(scan())
  t.equal(words(book.desireFor(web, from('web.yaml'))), 'remove 7000')
  t.strictSame([...book.keys()], [])
  t.equal(book.lastKnown(web)?.name, 'web')
  book.forget(web)
  t.equal(book.lastKnown(web), null)
})

await t.test('what is in force is not forgotten', async (t) => {
  const book = bookAfter([], scan(file('web.yaml', podText('web'))))
  book.forget(web)
  t.equal(book.lastKnown(web)?.name, 'web')
})

await t.test('a directory that cannot be read holds every pod, known or not', async (t) => {
  const book = bookAfter([recordOf('web', 'web.yaml')], away)
  t.equal(words(book.desireFor(web, null)), 'hold web.yaml: no such directory (make it)')
  t.equal(words(book.desireFor(api, null)), 'hold nothing: no such directory (make it)')
  t.equal(book.isComplete, false)
  book.update(scan(file('api.yaml', podText('api'))))
  t.equal(words(book.desireFor(web, from('web.yaml'))), 'remove 30000')
  book.update({ ...away, suggestion: null })
  t.equal(words(book.desireFor(api, null)), 'hold api.yaml: no such directory')
  t.equal(words(book.desireFor(web, null)), 'hold web.yaml: no such directory', 'a pod on its way out stays, too')
  t.equal(book.isComplete, false)
  t.equal(book.status().problem, 'no such directory')
})

await t.test(
  'a file that is being written says what it said before, and is shown with what it waits for',
  async (t) => {
    const waitsFor = 'cat (process 42) has it open for writing'
    const book = bookAfter(
      [],
      scan(file('web.yaml', podText('web'))),
      scan({ ...file('web.yaml', podText('web')), waitsFor }),
    )
    t.equal(words(book.desireFor(podKey('default', 'web'), null)), 'run web.yaml')
    t.strictSame(book.problems(), [])
    t.match(book.status().files, [{ file: 'web.yaml', state: 'ok', pods: ['default/web'] }])
    t.strictSame(book.warnings().map(problemText), [
      'web.yaml: it is being written, and what it said before counts until that is done: cat (process 42) has it open for writing (rename a finished file into its place, and that counts at once)',
    ])
    book.update(scan(file('web.yaml', podText('web'))))
    t.strictSame(book.warnings(), [])
  },
)

await t.test('a broken edit, a half-written or an unreadable file holds what the file last said well', async (t) => {
  const book = bookAfter([], scan(file('web.yaml', podText('web', { grace: 7 }))))
  const good = book.lastKnown(web)
  for (const [bad, why] of [
    [file('web.yaml', broken('web')), unknownField],
    [unreadable('web.yaml'), 'web.yaml: permission denied'],
    [unreadable('web.yaml', 'chmod it'), 'web.yaml: permission denied (chmod it)'],
  ] as const) {
    book.update(scan(bad))
    t.equal(words(book.desireFor(web, null)), `hold web.yaml: ${why}`)
    const desire = book.desireFor(web, null)
    t.equal(desire?.kind === 'hold' ? desire.pod : null, good, 'the very same pod')
  }
  book.update(scan(file('web.yaml', half)))
  t.match(words(book.desireFor(web, null)), /^hold web\.yaml: web\.yaml:1:/)
  book.update(scan(file('web.yaml', podText('web', { image: 'app:2' }))))
  t.equal(words(book.desireFor(web, null)), 'run web.yaml')
  book.update(scan())
  t.equal(words(book.desireFor(web, from('web.yaml'))), 'remove 30000')
})

await t.test('a file is all or nothing: one bad pod in it holds the others, and starts none of them', async (t) => {
  const both = (one: string, two: string): ScannedFile => file('both.yaml', `${one}\n---\n${two}\n`)
  const fresh = bookAfter([], scan(both(podText('web'), broken('api'))))
  t.match(words(fresh.desireFor(web, null)), /^hold nothing: both\.yaml:3:/)
  t.strictSame([...fresh.keys()], [])
  const book = bookAfter([], scan(both(podText('web'), podText('api'))))
  book.update(scan(both(podText('web', { image: 'app:2' }), broken('api'))))
  t.match(words(book.desireFor(web, null)), /^hold both\.yaml: both\.yaml:3:/)
  t.equal(book.lastKnown(web)?.containers[0]?.image, 'app:1')
})

await t.test(
  'after a restart the records stand in for what a broken file last said, for all of its pods',
  async (t) => {
    const records = [recordOf('web', 'both.yaml', podText('web', { grace: 7 })), recordOf('api', 'both.yaml')]
    const book = bookAfter(records, scan(unreadable('both.yaml')))
    t.equal(words(book.desireFor(web, null)), 'hold both.yaml: both.yaml: permission denied')
    t.equal(words(book.desireFor(api, null)), 'hold both.yaml: both.yaml: permission denied')
    t.strictSame([...book.keys()].sort(), [api, web])
    const gone = bookAfter(records, scan())
    t.equal(words(gone.desireFor(web, from('both.yaml'))), 'remove 7000')
    const damaged = { ...records[0]!, manifest: { ...records[0]!.manifest, spec: {} } }
    t.equal(words(bookAfter([damaged], scan()).desireFor(web, null)), 'remove null', 'a damaged one is none')
  },
)

await t.test('a pod known by its containers only is held while the file they name is broken', async (t) => {
  const book = bookAfter([], scan(file('web.yaml', half), file('ok.yaml', podText('api'))))
  t.match(words(book.desireFor(web, from('web.yaml'))), /^hold nothing: web\.yaml:1:/)
  t.equal(words(book.desireFor(web, from('ok.yaml'))), 'remove null')
  t.equal(words(book.desireFor(web, null)), 'remove null')
})

await t.test('a pod that a broken file speaks of is held, whatever file it came from', async (t) => {
  const book = bookAfter([], scan(file('old.yaml', podText('web'))))
  book.update(scan(file('web.yaml', broken('web'))))
  t.equal(words(book.desireFor(web, from('old.yaml'))), `hold old.yaml: ${unknownField}`)
})

await t.test('a file that did not change is not decoded again, one of another fingerprint is', async (t) => {
  const book = bookAfter([], scan(file('web.yaml', podText('web'), 'same')))
  const before = book.lastKnown(web)
  book.update(scan(file('web.yaml', podText('web', { image: 'app:2' }), 'same')))
  t.equal(book.lastKnown(web), before)
  book.update(scan(file('web.yaml', podText('web', { image: 'app:2' }), 'other')))
  t.equal(book.lastKnown(web)?.containers[0]?.image, 'app:2')
  book.update(scan())
  book.update(scan(file('web.yaml', broken('web'))))
  t.match(words(book.desireFor(web, null)), /^hold/)
  book.forget(web)
  t.match(words(book.desireFor(web, null)), /^hold nothing/, 'a file that was gone has nothing it last said well')
})

await t.test('the same name in two files: who has it keeps it, the other is refused and waits for it', async (t) => {
  const first = file('a.yaml', podText('web', { image: 'app:a' }))
  const second = file('b.yaml', podText('web', { image: 'app:b' }))
  const book = bookAfter([], scan(first, second))
  t.equal(words(book.desireFor(web, null)), 'run a.yaml', 'the first by name, where nobody has it')
  t.strictSame(
    book.status().files.map(({ file, state, pods }) => [file, state, pods]),
    [
      ['a.yaml', 'ok', [web]],
      ['b.yaml', 'refused', []],
    ],
  )
  t.match(book.problems(), [{ file: 'b.yaml', message: /is defined in a\.yaml:1 already/ }])
  book.update(scan(second))
  t.equal(words(book.desireFor(web, null)), 'run b.yaml')
  book.update(scan(first, second))
  t.equal(words(book.desireFor(web, null)), 'run b.yaml')
  t.equal(words(bookAfter([recordOf('web', 'b.yaml')], scan(first, second)).desireFor(web, null)), 'run b.yaml')
})

await t.test('each file in one word, with its pods and its problems', async (t) => {
  const ignored: ScannedFile = { kind: 'ignored', name: 'x.bak', reason: 'a backup' }
  const many = file('many.yaml', `${podText('api')}\n---\n${podText('web')}\n`)
  const book = bookAfter(
    [],
    scan(file('a.yaml', podText('web')), many, file('c.yaml', podText('c')), ignored, file('d.yaml', half)),
  )
  const unfinished: ScannedFile = {
    kind: 'unreadable',
    ...{ name: 'e.yaml', message: 'it is still being written', suggestion: null, isUnfinished: true },
  }
  book.update(
    scan(file('a.yaml', podText('web')), many, unreadable('c.yaml'), ignored, file('d.yaml', half), unfinished),
  )
  const status = book.status()
  t.equal(status.directory, '/manifests')
  t.strictSame(
    status.files.map(({ file, state, pods, reason }) => [file, state, pods.join(), reason]),
    [
      ['a.yaml', 'ok', 'default/web', null],
      ['many.yaml', 'ok', 'default/api', null],
      ['c.yaml', 'held', 'default/c', null],
      ['x.bak', 'ignored', '', 'a backup'],
      ['d.yaml', 'refused', '', null],
      ['e.yaml', 'waiting', '', null],
    ],
  )
  t.strictSame(
    status.files.map(({ problems }) => problems.length > 0),
    [false, true, true, false, true, true],
  )
  t.notOk(
    book.problems().find(({ file }) => file === 'e.yaml'),
    'nothing is wrong with it',
  )
  t.match(book.warnings(), [{ file: 'e.yaml', message: 'it is still being written' }])
  t.match(status.files[2]?.problems, [
    { file: 'c.yaml', line: null, column: null, field: '', message: 'permission denied' },
  ])
})

await t.test('a file that becomes one to ignore is as good as gone', async (t) => {
  const book = bookAfter([], scan(file('web.yaml', podText('web'))))
  book.update(scan({ kind: 'ignored', name: 'web.yaml', reason: 'a folder' }))
  t.equal(words(book.desireFor(web, from('web.yaml'))), 'remove 30000')
})

await t.test('an edit names its pods, and nothing else does', async (t) => {
  const others = [file('b.yaml', podText('api')), file('c.yaml', half)]
  const book = bookAfter([], scan(file('a.yaml', podText('web')), ...others))
  t.strictSame(book.update(scan(file('a.yaml', podText('web', { image: 'app:2' })), ...others)), [web])
  t.equal(book.lastKnown(web)?.containers[0]?.image, 'app:2')
  t.strictSame(book.update(scan(file('a.yaml', broken('web')), ...others)), null)
  t.strictSame(book.update(scan(file('a.yaml', podText('web')), ...others)), null, 'good again')
  t.strictSame(book.update(scan(file('a.yaml', podText('db')), ...others)), null, 'another pod')
  t.strictSame(book.update(scan(...others)), null)
  t.strictSame(book.update(away), null)
  t.strictSame(book.update(scan(...others)), null)
})

await t.test(
  'after any changes an edit ends where reading everything anew does, and moves only the pods it names',
  async (t) => {
    const texts = [
      ...[podText('web'), podText('web', { image: 'app:2' }), podText('web', { grace: 1 })],
      ...[podText('api'), podText('api', { grace: 9 }), broken('web'), half, `${podText('web')}\n---\n{ "kind": 1 }`],
    ]
    const someScan = fc
      .array(fc.option(fc.nat(texts.length - 1)), { minLength: 3, maxLength: 3 })
      .map((chosen) => chosen.flatMap((text, at) => (text === null ? [] : [file(`${at}.yaml`, texts[text]!)])))
    const shown = (book: ManifestBook): Map<PodKey, string> =>
      new Map(
        [web, api].map((key) => [key, `${words(book.desireFor(key, null))} ${JSON.stringify(book.lastKnown(key))}`]),
      )
    fc.assert(
      fc.property(fc.array(someScan, { maxLength: 8 }), (scans) => {
        const [book, twin] = [bookAfter([]), bookAfter([])]
        for (const files of scans) {
          const before = shown(book)
          const edited = book.update(scan(...files))
          twin.update(away)
          twin.update(scan(...files))
          const after = shown(book)
          for (const key of edited === null ? [] : [web, api]) {
            if (!edited?.includes(key)) assert.equal(after.get(key), before.get(key))
          }
          assert.deepEqual([after, book.status(), book.problems()], [shown(twin), twin.status(), twin.problems()])
        }
      }),
      { numRuns: 500 },
    )
    t.pass()
  },
)
