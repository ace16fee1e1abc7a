/** Changing the manifests directory from the command line, and what helps with it. Needs no engine and no running podkeep. */

import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'

import { programPath } from '../../bin/debian-packages.mjs'
import { podYaml } from './manifests.js'
import { program } from '../support/program.js'
import { podkeep } from './podkeep-process.js'

t.setTimeout(600_000)

const folder = mkdtempSync(join(tmpdir(), 'pk-change-'))
t.teardown(() => rmSync(folder, { recursive: true, force: true }))
const manifests = join(folder, 'manifests')
mkdirSync(manifests)
const env = {
  PODKEEP_ROOT_DIR: join(folder, 'nobody'),
  PODKEEP_MANIFESTS: manifests,
  DOCKER_HOST: `unix://${folder}/none.sock`,
}
const type = (words: readonly string[], more: { input?: string; editor?: string } = {}) =>
  podkeep(words, { input: more.input ?? '', env: { ...env, EDITOR: more.editor ?? 'false' } })
const read = (file: string): string => readFileSync(join(manifests, file), 'utf8')
const notRunning = 'podkeep does not run: it takes this up when it starts ("podkeep run")\n'

await t.test(
  'apply writes what is new into files of its own, and replaces what is there where it stands',
  async (t) => {
    const [web, db] = [podYaml({ name: 'web' }), podYaml({ name: 'db' })]
    t.strictSame(await type(['apply', '-f', '-'], { input: web }), {
      code: 0,
      out: 'pod/web created\n',
      err: notRunning,
    })
    t.equal(read('pod-default-web.yaml'), web)
    t.match(await type(['apply', '-f', '-'], { input: web }), { out: 'pod/web unchanged\n' })
    const both = `# kept\n${db}--- # second\n${web.replace('name: web', 'name: api')}`
    writeFileSync(join(manifests, 'both.yaml'), both)
    chmodSync(join(manifests, 'both.yaml'), 0o640)
    const edited = db.replace('terminationGracePeriodSeconds: 5', 'terminationGracePeriodSeconds: 6')
    const dry = await type(['apply', '--dry-run', '-f', '-'], { input: edited })
    t.match(dry, { code: 0, out: 'pod/db configured: counts at once, nothing restarts (dry run)\n' })
    t.equal(read('both.yaml'), both)
    await type(['apply', '-f', '-'], { input: edited })
    t.equal(read('both.yaml'), both.replace('# kept\n', '').replace('Seconds: 5', 'Seconds: 6'))
    t.equal(statSync(join(manifests, 'both.yaml')).mode & 0o777, 0o640)
    t.strictSame(readdirSync(manifests).sort(), ['both.yaml', 'pod-default-web.yaml'], 'nothing is left beside')
  },
)

await t.test('apply refuses what would be wrong, as a whole and by name', async (t) => {
  const before = read('both.yaml')
  const wrong = podYaml({ name: 'x' }).replace('image:', 'imge:')
  const message = `podkeep: nothing is changed:\n  -:10:7: spec.containers[0].imge: unknown field (did you mean "image"?)\n`
  t.match(await type(['apply', '-f', '-'], { input: wrong }), { code: 1, out: '', err: message })
  writeFileSync(join(manifests, 'copy.yaml'), podYaml({ name: 'web' }))
  t.match(await type(['apply', '-f', '-'], { input: podYaml({ name: 'web' }) }), {
    code: 1,
    err: `podkeep: pod/web stands in several places: copy.yaml and pod-default-web.yaml\n  hint: remove all but one of them in ${manifests}\n`,
  })
  rmSync(join(manifests, 'copy.yaml'))
  writeFileSync(join(manifests, 'pod-default-new.yaml'), podYaml({ name: 'old' }))
  t.match(await type(['apply', '-f', '-'], { input: podYaml({ name: 'new' }) }), {
    code: 1,
    err: /^podkeep: pod\/new would go into pod-default-new\.yaml, which is there and does not speak of it\n {2}hint: rename or mend/,
  })
  rmSync(join(manifests, 'pod-default-new.yaml'))
  t.match(await type(['apply']), {
    code: 2,
    err: 'podkeep: which manifests?\n  hint: name a file, a directory or - with -f\n',
  })
  t.match(await type(['apply', '-f', join(folder, 'none')]), { code: 1, err: /none: there is no such file/ })
  t.equal(read('both.yaml'), before)
})

await t.test('diff tells what an edit would do, and its exit code says whether it would do anything', async (t) => {
  const web = podYaml({ name: 'web' })
  t.match(await type(['diff', '-'], { input: web }), { code: 0, out: 'pod/web unchanged\n' })
  const next = web.replace('podkeep.test/busybox:1', 'podkeep.test/busybox:2')
  t.strictSame(await type(['diff', '-'], { input: next }), {
    code: 1,
    out:
      'pod/web configured: replaced app (image)\n' +
      '  - spec.containers[app].image: "podkeep.test/busybox:1"\n' +
      '  + spec.containers[app].image: "podkeep.test/busybox:2"\n',
    err: '',
  })
  const json = await type(['diff', '-', '-o', 'json'], { input: next })
  t.match(JSON.parse(json.out), {
    items: [
      {
        name: 'web',
        edit: { effect: 'containers', containers: [{ name: 'app', effect: 'replaced', causes: ['image'] }] },
      },
    ],
  })
})

await t.test('restart puts its annotation in, and diff would call it what it is', async (t) => {
  t.match(await type(['restart', 'web']), { code: 0, out: 'pod/web restarted\n', err: notRunning })
  t.match(
    read('pod-default-web.yaml'),
    /metadata:\n {2}annotations:\n {4}podkeep\.io\/restarted-at: "20.*Z"\n {2}name: web\n/,
  )
  t.match(await type(['restart', 'web', '-c', 'app']), { code: 0 })
  t.match(read('pod-default-web.yaml'), /restarted-at: "20[^,]*Z,app=20.*Z"/)
  t.match(await type(['restart', 'web', '-c', 'no']), {
    code: 1,
    err: /container "no" is not in pod "web"\n {2}hint: it has app/,
  })
  t.match(await type(['restart', 'none']), { code: 1, err: /^podkeep: pod\/none stands in no file of / })
  t.match(await type(['validate', manifests]), { code: 0 })
})

await t.test('edit: saved when it is right, asked again when it is not, and given up without a loss', async (t) => {
  t.match(await type(['edit', 'web'], { editor: 'true' }), {
    code: 0,
    out: '',
    err: 'Edit cancelled, no changes made.\n',
  })
  const done = await type(['edit', 'pod/web'], { editor: 'sed -i "s/Seconds: 5/Seconds: 9/"' })
  t.match(done, { code: 0, out: 'pod/web configured: counts at once, nothing restarts\n' })
  t.match(read('pod-default-web.yaml'), /Seconds: 9/)
  const before = read('both.yaml')
  const given = await type(['edit', 'both.yaml'], { editor: 'sed -i "s/ image:/ imge:/"' })
  t.match(given, {
    code: 1,
    err: /^podkeep: edit cancelled, no valid changes were saved:\n {2}both\.yaml:10:7: spec\.containers\[0\]\.imge: unknown field[^]*hint: what was written is in .*both\.yaml\n$/,
  })
  t.equal(read('both.yaml'), before)
  const copy = /is in (.*)\n$/.exec(given.err)![1]!
  t.match(readFileSync(copy, 'utf8'), /^#! The manifest is not right yet[^]*#! both\.yaml:10:7: [^]*imge:/)
  rmSync(join(copy, '..'), { recursive: true })
  // First wrong, then, with the problem at the top, right.
  const editor = `sh -c 'if grep -q "^#! " "$1"; then sed -i "s/ imge:/ image:/; s/Seconds: 6/Seconds: 7/" "$1"; else sed -i "s/ image:/ imge:/" "$1"; fi' ed`
  t.match(await type(['edit', 'both.yaml'], { editor }), {
    code: 0,
    out: 'pod/db configured: counts at once, nothing restarts\n',
  })
  t.equal(read('both.yaml'), before.replace('Seconds: 6', 'Seconds: 7'))
  t.match(await type(['edit', 'web'], { editor: 'no-such-editor' }), {
    code: 1,
    err: /^podkeep: nothing is changed: the editor "no-such-editor" ended with exit code 127\n {2}hint: set EDITOR to one that is installed, such as EDITOR=nano\n$/m,
  })
})

await t.test('delete takes one document out, and the file when it was alone in it', async (t) => {
  const before = read('both.yaml')
  t.match(await type(['delete', 'pod/db']), { code: 0, out: 'pod/db deleted\n', err: notRunning })
  t.equal(read('both.yaml'), before.slice(before.indexOf('---')))
  t.match(await type(['delete', 'pod', 'web', 'api']), { code: 0, out: 'pod/web deleted\npod/api deleted\n' })
  t.strictSame(readdirSync(manifests), [])
  t.match(await type(['delete', 'pod/web']), {
    code: 1,
    err: `podkeep: pod/web stands in no file of ${manifests}\n  hint: "podkeep get manifests" lists the files and their pods\n`,
  })
  t.match(await type(['delete', 'pod/web', '--ignore-not-found']), { code: 0, out: '' })
  t.match(await type(['delete']), { code: 2, err: /hint: podkeep delete pod\/NAME, or -f FILE/ })
})

await t.test('explain tells type, support, default and meaning, and what was meant', async (t) => {
  t.match(await type(['explain', 'pod.spec.containers.imagePullPolicy']), {
    code: 0,
    out: /^FIELD: .*containers\[\]\.imagePullPolicy\nTYPE: .*string\nPODKEEP: .*supported\nDEFAULT: .*Always for the tag latest/,
  })
  t.match(JSON.parse((await type(['explain', 'spec.initContainers', '-o', 'json'])).out), {
    type: 'list of Container',
    support: 'supported',
  })
  t.match(await type(['explain', 'spec.conatiners']), {
    code: 1,
    err: 'podkeep: spec has no field "conatiners"\n  hint: podkeep explain spec.containers\n',
  })
  const told = async (
    path: string,
  ): Promise<{ field: string; support: string; description: string; fields: unknown[] }> =>
    JSON.parse((await type(['explain', path, '-o', 'json'])).out) as never
  t.match(await told('deployment.spec.replicas'), {
    field: 'deployment.spec.replicas',
    type: 'integer',
    support: 'supported',
  })
  t.match(await told('deploy.spec.paused'), { support: 'refused', instead: /^remove the field/ })
  t.match(await told('cj.spec.jobTemplate.spec.template.spec.containers.image'), {
    field: 'cronjob.spec.jobTemplate.spec.template.spec.containers[].image',
    support: 'supported',
    description: /./,
  })
  t.match(await told('job.spec.template.metadata.name'), { support: 'ignored', description: null })
  t.match(await told('sts.spec.template.metadata.labels'), { support: 'supported', description: /./ })
  t.match(await told('ds.spec.template.spec.nodeSelector'), { support: 'supported' })
  for (const kind of ['Pod', 'StatefulSet', 'DaemonSet', 'Service', 'ConfigMap', 'Secret', 'PersistentVolumeClaim']) {
    const { field, fields } = await told(kind)
    t.equal(field, kind.toLowerCase())
    t.match(fields, [{ name: 'apiVersion', support: 'supported' }, { name: /./ }, { name: /./ }])
    t.notOk(
      fields.find((one) => (one as { support: string }).support === ''),
      `${kind}: something is known of every field`,
    )
  }
  const why = async (path: string): Promise<string> => (await type(['explain', path])).err
  t.equal(
    await why('deployment.spec.replica'),
    'podkeep: deployment.spec has no field "replica"\n  hint: podkeep explain deployment.spec.replicas\n',
  )
  t.equal(
    await why('service.status2'),
    'podkeep: a Service has no field "status2"\n  hint: podkeep explain service.status\n',
  )
  t.equal(
    await why('ingress.spec'),
    'podkeep: "ingress" is no kind that podkeep knows, and no field of a Pod\n  hint: "podkeep help explain" lists the kinds\n',
  )
})

await t.test('doctor says what to type, and its exit code that something is bad', async (t) => {
  const { code, out } = await type(['doctor'])
  t.equal(code, 1)
  t.match(out, /^BAD {3}engine .*none\.sock/)
  t.match(out, /\n {2,}fix: .+\n/)
  t.match(out, new RegExp(`ok {4}manifests +${manifests}\n`))
  t.match(JSON.parse((await type(['doctor', '-o', 'json'])).out), { checks: [{ name: 'engine', health: 'bad' }] })
})

const bin = join(folder, 'bin')
mkdirSync(bin)
writeFileSync(join(bin, 'podkeep'), `#!/bin/sh\nexec "${process.execPath}" "${program}" "$@"\n`, { mode: 0o755 })
const shellEnv = { ...env, HOME: folder, TERM: 'xterm', PATH: `${bin}:${process.env['PATH'] ?? ''}` }

await t.test('bash completes verbs, options and formats from the script', async (t) => {
  const complete = (...words: string[]): string[] =>
    execFileSync(
      'bash',
      [
        '--norc',
        '-c',
        `source <(podkeep completion bash); COMP_WORDS=(podkeep "$@"); COMP_CWORD=$#; _podkeep 2>/dev/null; printf '%s\\n' "\${COMPREPLY[@]}"`,
        'bash',
        ...words,
      ],
      { env: shellEnv, encoding: 'utf8' },
    )
      .split('\n')
      .filter((line) => line !== '')
  t.strictSame(complete('port'), ['port-forward'])
  t.strictSame(complete('get', 'm'), ['manifests'])
  t.strictSame(complete('get', 'pods', '-o', 'y'), ['yaml'])
  t.ok(complete('logs', '--').includes('--previous'))
  t.strictSame(complete('rollout', 'h'), ['history'])
  t.notOk(complete('').includes('complete'), 'what only the scripts use is not offered')
  t.match(await type(['completion', 'csh']), { code: 2, err: /bash, zsh, fish/ })
  t.notOk(existsSync(join(folder, 'nobody')), 'nothing of this makes a state folder')
})

const lacking = (shell: string) => (programPath(shell) === null ? { skip: `there is no ${shell} here` } : {})

await t.test(
  'zsh completes in a terminal, from the script or from its folder of functions',
  lacking('zsh'),
  async (t) => {
    // The shell under test gets a terminal of its own from zsh itself, and a tab as a person types it.
    const script = `
zmodload zsh/zpty
zpty -b shell zsh -f -i
zpty -w shell "PS1='> '; $1"
zpty -r -m shell seen '*LOADED*LOADED*'
zpty -w -n shell "$2"$'\\t'
zpty -r -m shell seen "*$3*" && print -r -- done
zpty -d shell
`
    const functions = join(folder, 'functions')
    mkdirSync(functions)
    writeFileSync(join(functions, '_podkeep'), (await type(['completion', 'zsh'])).out)
    const completes = (load: string, typed: string, shown: string): string =>
      execFileSync('zsh', ['-f', '-c', script, 'zsh', load, typed, shown], {
        env: shellEnv,
        encoding: 'utf8',
        timeout: 120_000,
      })
    const sourced = 'autoload -Uz compinit; compinit -u -D; source <(podkeep completion zsh); echo LOADED'
    const found = `fpath=(${functions} $fpath); autoload -Uz compinit; compinit -u -D; echo LOADED`
    t.equal(completes(sourced, 'podkeep port', 'port-forward'), 'done\n')
    t.equal(completes(found, 'podkeep get man', 'get manifests'), 'done\n')
    t.equal(completes(found, `podkeep apply -f ${folder}/functions/_pod`, '_podkeep'), 'done\n', 'files too')
  },
)

await t.test(
  'fish completes verbs with their meaning, options, and files where podkeep has nothing',
  lacking('fish'),
  async (t) => {
    const load = join(folder, 'podkeep.fish')
    writeFileSync(load, (await type(['completion', 'fish'])).out)
    const complete = (typed: string): string[] =>
      execFileSync('fish', ['--no-config', '-c', `source ${load}; complete -C '${typed}'`], {
        env: shellEnv,
        encoding: 'utf8',
        timeout: 120_000,
      })
        .split('\n')
        .filter((line) => line !== '')
    t.strictSame(complete('podkeep port'), ['port-forward\treach ports of a pod from this machine'])
    t.ok(complete('podkeep logs --').some((line) => line.startsWith('--previous\t')))
    t.strictSame(complete('podkeep get pods -o y'), ['yaml'])
    t.strictSame(complete(`podkeep apply -f ${folder}/podkeep.f`), [load])
  },
)
