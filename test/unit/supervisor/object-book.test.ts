/** ConfigMaps and Secrets in force: held with their files, and news only to the pods that read them. */

import t from 'tap'

import { usualPolicy } from '../../../lib/manifest/index.js'
import { configKey, podKey, problemText, type ConfigObject, type PodRecord } from '../../../lib/pod/index.js'
import type { DirectoryScan, ScannedFile } from '../../../lib/ports/index.js'
import { ManifestBook } from '../../../lib/supervisor/manifest-book.js'
import { anObject } from '../../support/configs.js'
import { nothingStored } from '../../support/stored.js'

const map = configKey('ConfigMap', 'default', 'app')
const secret = configKey('Secret', 'default', 'db')

const head = (kind: string, name: string): string =>
  `{"apiVersion": "v1", "kind": "${kind}", "metadata": {"name": "${name}"}, `
const mapText = (value: string, more = ''): string => `${head('ConfigMap', 'app')} "data": {"a": "${value}"}${more}}`
const secretText = (value: string): string => `${head('Secret', 'db')} "stringData": {"p": "${value}"}}`
const podText = (name: string, object: string | null): string => {
  const env =
    object === null
      ? ''
      : `, "env": [{"name": "A", "valueFrom": {"configMapKeyRef": {"name": "${object}", "key": "a"}}}]`
  return `${head('Pod', name)} "spec": {"containers": [{"name": "app", "image": "app:1"${env}}]}}`
}
const file = (name: string, ...documents: string[]): ScannedFile => {
  const text = documents.join('\n---\n')
  return { kind: 'read', name, bytes: new TextEncoder().encode(text), fingerprint: text }
}
const unreadable = (name: string): ScannedFile => ({
  kind: 'unreadable',
  name,
  message: 'no permission',
  suggestion: null,
})
const scan = (...files: ScannedFile[]): DirectoryScan => ({ kind: 'scanned', directoryId: 'disk', files })

function bookAfter(
  scans: readonly DirectoryScan[],
  configs: readonly ConfigObject[] = [],
  records: readonly PodRecord[] = [],
): ManifestBook {
  const book = new ManifestBook({
    directory: '/manifests',
    policy: usualPolicy,
    stored: { ...nothingStored, records, configs },
    believedDirectory: 'disk',
  })
  for (const one of scans) book.update(one)
  book.takeObjectChanges()
  return book
}

const valueOf = (book: ManifestBook, key = map): string | null => {
  const object = book.object(key)
  return object === null
    ? null
    : [...object.entries.values()].map((value) => Buffer.from(value.reveal()).toString()).join()
}

const web = file('web.yaml', podText('web', 'app'))
const api = file('api.yaml', podText('api', 'other'))
const plain = file('plain.yaml', podText('plain', null))

await t.test('an edit is news to the pods that refer to the object, and to no other', (t) => {
  const book = bookAfter([scan(file('app.yaml', mapText('one')), web, api, plain)])
  t.strictSame(book.update(scan(file('app.yaml', mapText('two')), web, api, plain)), [], 'no pod is decided anew')
  t.strictSame(book.takeObjectChanges(), { objects: [map], readers: [podKey('default', 'web')] })
  t.equal(valueOf(book), 'two')
  book.update(scan(file('app.yaml', `${mapText('two')}\n`), web, api, plain))
  t.strictSame(book.takeObjectChanges().readers, [], 'the same in other words is no news')
  book.update(scan(web, api, plain))
  t.strictSame(book.takeObjectChanges(), { objects: [map], readers: [podKey('default', 'web')] }, 'gone')
  t.equal(valueOf(book), null)
  book.update(scan(file('other.yaml', mapText('x').replace('"app"', '"other"')), web, api, plain))
  t.strictSame(book.takeObjectChanges().readers, [podKey('default', 'api')], 'come')
  t.end()
})

await t.test('a pod that refers to another object from now on hears of that one', (t) => {
  const app = (value: string): ScannedFile => file('app.yaml', mapText(value))
  const book = bookAfter([scan(app('1'), file('web.yaml', podText('web', 'other'))), scan(app('1'), web)])
  book.update(scan(app('2'), web))
  t.strictSame(book.takeObjectChanges().readers, [podKey('default', 'web')])
  book.update(scan(app('2'), file('web.yaml', podText('web', null))))
  book.update(scan(app('3'), file('web.yaml', podText('web', null))))
  t.strictSame(book.takeObjectChanges().readers, [])
  t.end()
})

await t.test('a broken file keeps its objects, and says so', (t) => {
  const good = file('app.yaml', mapText('one'), secretText('hunter2'))
  const bad = file('app.yaml', mapText('two').replace('"data"', '"date"'), secretText('new'))
  for (const broken of [bad, unreadable('app.yaml')]) {
    const book = bookAfter([scan(good), scan(broken)])
    t.strictSame([valueOf(book), valueOf(book, secret)], ['one', 'hunter2'])
    t.match(book.status().files, [{ file: 'app.yaml', state: 'held', pods: [], objects: [map, secret] }])
  }
  t.match(bookAfter([scan(bad)]).status().files, [{ state: 'refused', objects: [] }])
  t.match(bookAfter([scan(good)]).status().files, [{ state: 'ok', objects: [map, secret], problems: [] }])
  t.end()
})

await t.test('what may stand in a broken file is not known to be absent', (t) => {
  const bad = file('bad.yaml', secretText('x').replace('"metadata"', '"metdata"'))
  const why = (book: ManifestBook, key = secret): string | null => book.whyUnknown(key)
  t.match(why(bookAfter([scan(bad)])), /^bad\.yaml:1:\d+: metdata: unknown field/)
  t.equal(why(bookAfter([scan(bad)]), map), null, 'it speaks of another')
  t.equal(why(bookAfter([scan(unreadable('s.yaml'))])), 's.yaml: no permission')
  t.equal(
    why(bookAfter([scan(file('s.yaml', mapText('1'))), scan(unreadable('s.yaml'))])),
    null,
    'its content is known',
  )
  t.equal(why(bookAfter([scan(web)])), null)
  t.end()
})

await t.test('after a restart ConfigMaps of a broken file are as remembered, and its Secrets are not known', (t) => {
  const remembered = anObject('ConfigMap', 'app', { a: 'kept' }, { file: 'app.yaml' })
  const book = bookAfter([scan(unreadable('app.yaml'))], [remembered])
  t.equal(valueOf(book), 'kept')
  t.equal(book.whyUnknown(secret), 'app.yaml: no permission')
  t.equal(valueOf(bookAfter([scan()], [remembered])), null, 'a file that is gone takes them with it')
  t.equal(valueOf(bookAfter([scan(file('app.yaml', mapText('new')))], [remembered])), 'new')
  t.end()
})

await t.test('an immutable object stays as it is until its manifest goes', (t) => {
  const locked = (value: string): ScannedFile => file('app.yaml', mapText(value, ', "immutable": true'))
  const book = bookAfter([scan(locked('one')), scan(locked('two'))])
  t.equal(valueOf(book), 'one')
  t.match(book.problems().map(problemText), [/ConfigMap default\/app is immutable/])
  t.match(book.status().files, [{ state: 'ok', problems: [{}] }])
  book.update(scan(locked('one')))
  t.strictSame(book.problems(), [])
  book.update(scan())
  book.update(scan(locked('two')))
  t.equal(valueOf(book), 'two')
  t.end()
})

await t.test('a Secret in a file that others may read is a warning, and its file is in force all the same', (t) => {
  const open = { ...file('db.yaml', secretText('hunter2')), isReadableByOthers: true } as ScannedFile
  const book = bookAfter([scan(open)])
  const warning =
    'db.yaml:1:61: metadata.name: other users of this machine may read Secret default/db in this file (chmod 600 db.yaml)'
  t.strictSame(book.warnings().map(problemText), [warning])
  t.match(book.status().files, [{ state: 'ok', objects: [secret], problems: [], warnings: [{ file: 'db.yaml' }] }])
  t.equal(valueOf(book, secret), 'hunter2')
  book.update(scan(file('db.yaml', secretText('hunter2'))))
  t.strictSame(book.warnings(), [], 'its mode alone was mended')
  const map = { ...file('app.yaml', mapText('one')), isReadableByOthers: true } as ScannedFile
  t.strictSame(bookAfter([scan(map)]).warnings(), [], 'a ConfigMap is none')
  t.end()
})
