/** `podkeep validate`: the same answer however many threads give it, and the answer `run` would give. */

import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { t } from 'tap'

import { threadsFor } from '../../../lib/cli/check-crew.js'
import { usualPolicy } from '../../../lib/manifest/index.js'
import { validate } from '../../../lib/cli/validate.js'
import { problemText } from '../../../lib/pod/index.js'

// The other thread compiles what it needs: on a busy machine that takes a while.
t.setTimeout(600_000)

const pod = (name: string, image = 'i'): string =>
  `apiVersion: v1\nkind: Pod\nmetadata: {name: ${name}}\nspec: {containers: [{name: c, image: ${image}}]}\n`

const noInput = (): Promise<Uint8Array> => Promise.reject(new Error('nothing is typed'))

t.test('several threads say what one says, in the same order', async (test) => {
  const directory = test.testdir({})
  for (let index = 0; index < 230; index++) {
    const text =
      index % 7 === 0 ? pod(`pod-${index}`, '" "') : index % 11 === 0 ? 'not: [a, pod' : pod(`pod-${index % 100}`)
    writeFileSync(join(directory, `pod-${index}.yaml`), text)
  }
  writeFileSync(join(directory, 'notes.txt'), '')
  mkdirSync(join(directory, 'folder.yaml'))
  const one = await validate([directory], usualPolicy, noInput, () => 1)
  test.ok(one.problemCount > 100, 'duplicates, broken texts, wrong names')
  test.same(await validate([directory], usualPolicy, noInput, () => 2), one)
})

t.test('few files need no other thread, and none is started for nothing', async (test) => {
  test.equal(threadsFor(0), 0)
  test.equal(threadsFor(499), 0)
  test.ok(threadsFor(1_000_000) <= 8)
  const empty = await validate([test.testdir({})], usualPolicy, noInput, () => 3)
  test.same(empty, { files: [], fileCount: 0, podCount: 0, problemCount: 0 })
})

t.test('a link beside its target is a manifest of its own, as it is for run', async (test) => {
  const directory = test.testdir({ 'a.yaml': pod('web') })
  symlinkSync('a.yaml', join(directory, 'b.yaml'))
  const { fileCount, podCount, files } = await validate([directory], usualPolicy, noInput)
  test.equal(fileCount, 2)
  test.equal(podCount, 1)
  test.same(files.flatMap(({ problems }) => problems).map(problemText), [
    `${directory}/b.yaml:3:18: metadata.name: pod default/web is defined in ${directory}/a.yaml:3 already, and that one is in force (rename or remove one of the two)`,
  ])
})

t.test('a Service that takes the name of a pod which it does not select is warned of', async (test) => {
  const service = (app: string): string =>
    `apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {selector: {app: ${app}}, ports: [{port: 80}]}\n`
  const labelled = pod('web').replace('{name: web}', '{name: web, labels: {app: web}}')
  const warnings = async (app: string, threads: number): Promise<string[]> => {
    const directory = test.testdir({ 'a.yaml': labelled, 'b.yaml': service(app) })
    const { files, problemCount } = await validate([directory], usualPolicy, noInput, () => threads)
    test.equal(problemCount, 0)
    return files.flatMap(({ warnings: all }) => all).map(({ field, message }) => `${field}: ${message}`)
  }
  for (const threads of [0, 1]) {
    test.match(await warnings('api', threads), [/^metadata\.name: pod default\/web in .*a\.yaml has this name too/])
    test.same(await warnings('web', threads), [])
  }
})

t.test('a file that is named twice counts once, whatever it is named by', async (test) => {
  const directory = test.testdir({ pods: { 'a.yaml': pod('web') }, other: {} })
  const pods = join(directory, 'pods')
  const file = join(pods, 'a.yaml')
  symlinkSync('../pods/a.yaml', join(directory, 'other', 'link.yaml'))
  symlinkSync('pods', join(directory, 'same'))
  const again = [
    [file, file],
    [file, join(directory, 'other', 'link.yaml')],
    [pods, file],
    [file, pods],
    [join(directory, 'other', 'link.yaml'), pods],
    [pods, join(directory, 'same')],
    [join(directory, 'same', 'a.yaml'), pods],
  ]
  for (const paths of again) {
    const { fileCount, problemCount } = await validate(paths, usualPolicy, noInput)
    test.same({ fileCount, problemCount }, { fileCount: 1, problemCount: 0 }, paths.join(' '))
  }
})

t.test('what cannot be read is a problem and no file; a name that run ignores is warned of', async (test) => {
  const directory = test.testdir({
    ...{ 'web.txt': pod('web'), 'db.yaml.new': pod('db'), plain: pod('plain'), 'notes.txt': 'milk, eggs' },
  })
  const gone = join(directory, 'gone.yaml')
  const [absent] = (await validate([gone], usualPolicy, noInput)).files
  test.same(absent?.problems.map(problemText), [`${gone}: there is no such file`])
  const counts = async (...names: string[]): Promise<unknown> => {
    const { fileCount, podCount, problemCount } = await validate(
      names.map((name) => join(directory, name)),
      usualPolicy,
      noInput,
    )
    return { fileCount, podCount, problemCount }
  }
  test.same(await counts('gone.yaml'), { fileCount: 0, podCount: 0, problemCount: 1 })
  test.same(await counts('plain/below.yaml'), { fileCount: 0, podCount: 0, problemCount: 1 })
  test.same(await counts('gone.yaml', 'plain'), { fileCount: 1, podCount: 1, problemCount: 1 })
  const named = ['web.txt', 'db.yaml.new', 'plain', 'notes.txt'].map((name) => join(directory, name))
  const { files } = await validate(named, usualPolicy, noInput)
  test.same(files.flatMap(({ warnings }) => warnings).map(problemText), [
    `${directory}/web.txt: podkeep run ignores it: not named *.yaml, *.yml or *.json (put it there as web.yaml)`,
    `${directory}/notes.txt: podkeep run ignores it: not named *.yaml, *.yml or *.json (put it there as notes.yaml)`,
  ])
})
