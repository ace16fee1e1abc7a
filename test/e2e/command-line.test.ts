/** What is typed and what comes back, on the built program. Needs no engine. */

import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  closeSync,
  constants,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'

import { podYaml } from './manifests.js'
import { program } from '../support/program.js'
import { get, Node, podkeep } from './podkeep-process.js'
import { until } from './until.js'

t.setTimeout(120_000)

const folder = mkdtempSync(join(tmpdir(), 'pk-cli-'))
t.teardown(() => rmSync(folder, { recursive: true, force: true }))
const env = { PODKEEP_ROOT_DIR: join(folder, 'nobody') }

await t.test('help teaches, and a wrong word is answered with what was meant', async (t) => {
  t.match(await podkeep([]), { code: 0, out: /Examples:[^]*Exit codes:/ })
  t.match(await podkeep(['help', 'run']), { code: 0, out: /PODKEEP_MANIFESTS[^]*--stop-pods/ })
  t.match(await podkeep(['version']), { code: 0, out: /^\d+\.\d+\.\d+\n$/ })
  t.match(await podkeep(['--version']), { code: 0, out: /^\d+\.\d+\.\d+\n$/ })
  t.match(await podkeep(['run', '--manifest', 'x']), { code: 2, err: /Did you mean --manifests\?/ })
  t.match(await podkeep(['gte', 'pods']), { code: 2, err: /Did you mean get\?/ })
  const unknown = `podkeep: unknown command 'frobnicate'\n  hint: "podkeep help" tells what can be typed\n`
  t.strictSame(await podkeep(['frobnicate']), { code: 2, out: '', err: unknown })
  t.match(await podkeep(['run', './pods']), {
    code: 2,
    err: /^podkeep: too many arguments.*\n {2}hint: .*--manifests <dir>\n$/,
  })
  t.match(await podkeep(['get']), { code: 2, err: /manifests/ })
  t.match(await podkeep(['get', 'pods', '-o', 'xml']), { code: 2, err: /wide, json/ })
  t.match(await podkeep(['run', '--port', 'high']), { code: 2, err: /^podkeep: --port: "high" is not a whole number/ })
  t.match(await podkeep(['run'], { env: { DOCKER_HOST: 'ssh://box' } }), { code: 2, err: /ssh/ })
  t.match(await podkeep(['validate']), { code: 2 })
})

await t.test('get says where it looked when no podkeep runs there', async (t) => {
  const answer = await podkeep(['get', 'pods'], { env })
  t.match(answer, { code: 69, out: '', err: /nobody\/podkeep\.sock: there is no such socket/ })
  t.match(await podkeep(['get', 'pods', '--server', 'http://127.0.0.1:1']), { code: 69, err: /nothing listens there/ })
  t.match(await podkeep(['get', 'pods', '--server', 'box']), { code: 2, err: /--server/ })
})

await t.test('validate reads a directory as run does', async (t) => {
  const pods = join(folder, 'pods')
  mkdirSync(pods)
  writeFileSync(join(pods, 'a.yaml'), podYaml({ name: 'a' }))
  t.match(await podkeep(['validate', pods]), { code: 0, out: '1 file, 1 pod, 0 problems\n', err: '' })

  writeFileSync(join(pods, 'a.yaml~'), podYaml({ name: 'old' }))
  writeFileSync(join(pods, 'b.yaml'), podYaml({ name: 'a' }))
  writeFileSync(join(pods, 'typo.yml'), podYaml({ name: 'c' }).replace('image:', 'imge:'))
  writeFileSync(join(pods, 'latin.json'), Buffer.from([0x7b, 0xe9, 0x7d]))
  writeFileSync(join(pods, 'big.yaml'), '')
  truncateSync(join(pods, 'big.yaml'), 100 * 2 ** 20)
  symlinkSync('nowhere', join(pods, 'link.yaml'))
  execFileSync('mkfifo', [join(pods, 'fifo.yaml')])
  const answer = await podkeep(['validate', pods])
  t.equal(answer.code, 1)
  const lines = answer.out.split('\n').map((line) => line.replace(`${pods}/`, ''))
  t.match(lines, [
    /^b\.yaml:4:9: metadata\.name: pod default\/a is defined in .*a\.yaml:4 already/,
    /^big\.yaml: larger than 2 MiB/,
    /^fifo\.yaml: .*FIFO/,
    /^latin\.json:1:2: byte 0xe9 is not UTF-8/,
    /^link\.yaml: a link to a file that does not exist/,
    /^typo\.yml:10:7: spec\.containers\[0\]\.imge: unknown field \(did you mean "image"\?\)/,
    /^7 files, 1 pod, 6 problems, 1 ignored/,
    '',
  ])
  t.match((await podkeep(['validate', '-v', pods])).out, /a\.yaml~: ignored: an editor's backup copy/)
  const json: unknown = JSON.parse((await podkeep(['validate', '-o', 'json', pods])).out)
  t.match(json, { summary: { files: 7, pods: 1, problems: 6 }, files: [{ state: 'ok', pods: ['default/a'] }] })
})

await t.test('validate reads one file whatever it is called, the same file once, and standard input', async (t) => {
  const draft = join(folder, 'web.yaml.new')
  writeFileSync(draft, podYaml({ name: 'web' }))
  t.match(await podkeep(['validate', draft, draft]), { code: 0, out: '1 file, 1 pod, 0 problems\n' })
  t.match(await podkeep(['validate', '-'], { input: podYaml({ name: 'x' }) }), { code: 0 })
  t.match(await podkeep(['validate', '-'], { input: 'a: [' }), { code: 1, out: /^-:1:4: this \[ is never closed/ })
  t.match(await podkeep(['validate', '-'], { input: 'x'.repeat(3 * 2 ** 20) }), { code: 1, out: /larger than/ })
  t.match(await podkeep(['validate', join(folder, 'none')]), { code: 1, out: /none: there is no such file/ })
})

await t.test('output into a pipe is whole, and a reader that has seen enough is no error', async (t) => {
  const many = join(folder, 'many')
  mkdirSync(many)
  for (let number = 0; number < 400; number++) {
    writeFileSync(join(many, `${number}.yaml`), podYaml({ name: 'web' }).replace('image:', 'imge:'))
  }
  const { code, out } = await podkeep(['validate', '-o', 'json', many])
  t.equal(code, 1)
  t.ok(out.length > 2 * 65_536, 'more than a pipe holds')
  t.match(JSON.parse(out), { summary: { files: 400 } })

  const child = spawn(process.execPath, [program, 'validate', '-o', 'json', many], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let err = ''
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()))
  child.stdout.once('data', () => child.stdout.destroy())
  t.strictSame(await once(child, 'close'), [1, null])
  t.equal(err, '')
})

await t.test('output that cannot be written is told', async (t) => {
  const full = openSync('/dev/full', 'w')
  t.teardown(() => {
    closeSync(full)
  })
  const child = spawn(process.execPath, [program, 'help'], { stdio: ['ignore', full, 'pipe'] })
  let err = ''
  child.stderr!.on('data', (chunk: Buffer) => (err += chunk.toString()))
  t.strictSame(await once(child, 'close'), [69, null])
  t.match(err, /^podkeep: cannot write the output: ENOSPC.*\n$/)
})

await t.test('a state folder that cannot be made is told, in two lines', async (t) => {
  const answer = await podkeep(['run', '--root-dir', '/proc/nope', '--manifests', folder, '--port', '0'])
  t.equal(answer.code, 69)
  t.match(answer.err, /^podkeep: cannot make the state folder \/proc\/nope: ENOENT.*\n {2}hint: .*\n$/)
})

await t.test('a state folder whose socket name would be too long is refused', async (t) => {
  const deep = join(folder, 'x'.repeat(120))
  t.match(await podkeep(['run', '--root-dir', deep, '--manifests', folder]), {
    code: 2,
    err: /too long for a unix socket/,
  })
})

await t.test('a log reader that goes away ends nothing, and neither does SIGHUP', async (t) => {
  const node = new Node(t, 'unread')
  const supervisor = await node.start(`unix://${join(folder, 'none.sock')}`)
  supervisor.closeLog()
  supervisor.signal('SIGHUP')
  node.put('web.yaml', podYaml({ name: 'web' }))
  await supervisor.file('web.yaml', 'ok')
  t.equal((await get({ port: supervisor.port }, '/livez')).status, 200)
  t.equal(await supervisor.kill('SIGTERM'), 0)
})

await t.test('a log reader that does not read stops nothing, not even the end', async (t) => {
  const pipe = join(folder, 'log')
  execFileSync('mkfifo', [pipe])
  const full = openSync(pipe, constants.O_RDWR | constants.O_NONBLOCK)
  t.throws(
    () => {
      for (;;) writeSync(full, 'x'.repeat(4096))
    },
    { code: 'EAGAIN' },
  )
  const stdout = openSync(pipe, constants.O_RDWR)
  const root = join(folder, 'unread')
  const settings = ['--manifests', folder, '--root-dir', root, '--port', '0']
  const env = { PATH: process.env['PATH'], DOCKER_HOST: `unix://${join(folder, 'none.sock')}` }
  const child = spawn(process.execPath, [program, 'run', ...settings], { env, stdio: ['ignore', stdout, 'ignore'] })
  t.teardown(() => {
    child.kill('SIGKILL')
    closeSync(stdout)
    closeSync(full)
  })
  const socketPath = join(root, 'podkeep.sock')
  const { status } = await until('podkeep answers', () => get({ socketPath }, '/manifests').catch(() => undefined))
  t.equal(status, 200)
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  t.strictSame(await ended, [null, 'SIGKILL'], 'Node would wait for the writing thread for ever')
})
