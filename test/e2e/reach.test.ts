/** Reaching into containers as a person does, on a real engine: exec, attach, logs, cp, port-forward; also while podkeep is down. */

import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, readlinkSync, symlinkSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'

import { engineWithImage } from './engine-with-image.js'
import { image } from './manifests.js'
import { program } from '../support/program.js'
import { Node, podkeep, type CommandResult } from './podkeep-process.js'
import { until } from './until.js'

const engine = await engineWithImage()
const node = new Node(t, 'reach')
const env = { DOCKER_HOST: engine.host, PODKEEP_ROOT_DIR: node.root, PODKEEP_NODE_NAME: node.name }
const type = (words: readonly string[], input = ''): Promise<CommandResult> => podkeep(words, { env, input })

node.put(
  'web.yaml',
  `apiVersion: v1
kind: Pod
metadata: {name: web, labels: {app: web}}
spec:
  terminationGracePeriodSeconds: 1
  containers:
    - name: app
      image: ${image}
      command: [sh, -c, 'mkdir -p /www; echo hello > /www/index.html; httpd -p 80 -h /www; echo to-out; sleep 0.5; echo to-err >&2; trap "exit 0" TERM; while :; do sleep 0.1; done']
      ports: [{name: http, containerPort: 80}]
      readinessProbe: {httpGet: {port: http, path: /}, periodSeconds: 1}
    - {name: shell, image: "${image}", stdin: true, tty: true, command: [sh]}
`,
)
node.put(
  'twice.yaml',
  `apiVersion: v1
kind: Pod
metadata: {name: twice, labels: {app: other}}
spec:
  terminationGracePeriodSeconds: 1
  containers:
    - {name: app, image: "${image}", command: [sh, -c, 'if [ -e /mark/1 ]; then echo second; else touch /mark/1; echo first; exit 1; fi; trap "exit 0" TERM; while :; do sleep 0.1; done'], volumeMounts: [{name: mark, mountPath: /mark}]}
  volumes: [{name: mark, emptyDir: {}}]
`,
)
node.put(
  'done.yaml',
  `apiVersion: v1
kind: Pod
metadata: {name: done}
spec:
  restartPolicy: Never
  containers: [{name: app, image: "${image}", command: [echo, finished]}]
`,
)
const supervisor = await node.start(engine.host)

await t.test('wait ends when the pods are as asked, and says so', async (t) => {
  const ready = await type(['wait', '--for=condition=Ready', 'pod/web', '--timeout', '60s'])
  t.strictSame(ready, { code: 0, out: 'pod/web condition met\n', err: '' })
  const done = await type([
    'wait',
    "--for=jsonpath='{.status.containerStatuses[0].restartCount}'=1".replaceAll("'", ''),
    'pod',
    'twice',
    '--timeout=60s',
  ])
  t.match(done, { code: 0, out: 'pod/twice condition met\n' })
  const told = await type(['wait', '--for=condition=Ready', 'pod/web', '-o', 'json'])
  t.match(JSON.parse(told.out), { kind: 'Pod', metadata: { name: 'web' }, status: { phase: 'Running' } })
  t.match(await type(['wait', '--for=create', 'web', 'twice', '-o', 'jsonpath={.items[*].metadata.name}']), {
    code: 0,
    out: 'twice web',
  })
  t.match(await type(['wait', '--for=condition=Ready', 'pod/web', '-o', 'name']), { code: 0, out: 'pod/web\n' })
  t.match(await type(['wait', '--for=jsonpath={.status.phase}=Succeeded', 'done']), { code: 0 })
  const late = await type(['wait', '--for=delete', 'pod/web', '--timeout=0'])
  t.strictSame(late, {
    code: 1,
    out: '',
    err: 'podkeep: timed out after 0: not gone: pod/web\n  hint: "podkeep describe pod web" tells why\n',
  })
})

await t.test('exec: output, error output, input and the exit code are the command’s', async (t) => {
  const both = await type(['exec', 'web', '--', 'sh', '-c', 'echo out; echo err >&2; exit 3'])
  t.strictSame(both, {
    code: 3,
    out: 'out\n',
    err: 'Defaulted container "app" out of: app, shell\nerr\ncommand terminated with exit code 3\n',
  })
  for (const words of [['pod', 'web'], ['pods/web'], ['po/web']]) {
    t.match(await type(['exec', '-q', ...words, '--', 'hostname']), { code: 0, out: 'web\n' }, words.join(' '))
    t.match(await type(['logs', '--tail', '1', ...words, 'shell']), { code: 0 }, words.join(' '))
  }
  t.strictSame(await type(['logs', 'deploy/web']), {
    code: 1,
    out: '',
    err: 'podkeep: pod "web" not found in namespace "deploy"\n  hint: of a Deployment name one of its pods: "podkeep get pods" lists them all\n',
  })
  const input = `${'x'.repeat(300_000)}\n`
  const piped = await type(['exec', '-q', '-i', 'pod/web', '-c', 'app', '--', 'sh', '-c', 'wc -c; echo done'], input)
  t.strictSame(piped, { code: 0, out: '300001\ndone\n', err: '' })
  const large = await type(['exec', '-q', 'web', '--', 'sh', '-c', 'head -c 3000000 /dev/zero | tr "\\0" a'])
  t.equal(large.out.length, 3_000_000)
})

await t.test('exec says what is wrong, and what to type', async (t) => {
  const hint = '  hint: "podkeep get pods" lists them all\n'
  t.strictSame(await type(['exec', 'nope', '--', 'true']), {
    code: 1,
    out: '',
    err: `podkeep: pod "nope" not found\n${hint}`,
  })
  t.strictSame(await type(['exec', 'web', '-c', 'no', '--', 'true']), {
    code: 1,
    out: '',
    err: 'podkeep: container "no" is not in pod "web"\n  hint: it has app, shell\n',
  })
  t.match(await type(['exec', 'web']), {
    code: 2,
    err: 'podkeep: which command?\n  hint: podkeep exec web -- COMMAND\n',
  })
  t.match(await type(['exec', 'done', '--', 'true']), {
    code: 1,
    err: 'podkeep: container "app" of pod "done" does not run: it is exited\n  hint: "podkeep describe pod done" tells why\n',
  })
  t.match(await type(['exec', 'web', '--', 'no-such-program']), { code: /^12[67]$/, out: /no-such-program/ })
})

await t.test('the engine, and the logs, of the podkeep that runs, without DOCKER_HOST', async (t) => {
  const without = (words: readonly string[]) => podkeep(words, { env: { PODKEEP_ROOT_DIR: node.root } })
  t.match(await without(['exec', '-q', 'web', '--', 'hostname']), { code: 0, out: 'web\n' })
  const found = (await without(['doctor'])).out
  t.match(found, /^ok +engine +Docker [^]*\d+ of this node, none of another/)
  t.notMatch(found, /port 10255/, 'it listens on another')
  const server = { PODKEEP_SERVER: `http://127.0.0.1:${supervisor.port}` }
  const logged = await podkeep(['logs', 'twice', '--previous', '--timestamps'], { env: server })
  t.match(logged, { code: 0, out: /^\d{4}-\S+Z first\n$/ })
  t.match(await podkeep(['logs', '-l', 'app=other', '--prefix'], { env: server }), {
    code: 0,
    out: '[pod/twice/app] second\n',
  })
})

await t.test('top tells what each pod uses', async (t) => {
  const { code, out } = await type(['top', 'pods', '--containers', '-l', 'app=web'])
  t.equal(code, 0)
  t.match(
    out,
    /^NAMESPACE +POD +NAME +CPU\(cores\) +MEMORY\(bytes\)\ndefault +web +app +\d+m +\d+Mi\ndefault +web +shell +\d+m +\d+Mi\n$/,
  )
  t.match(await type(['top', 'node', '--no-headers']), {
    code: 0,
    out: new RegExp(`^${node.name} +\\d+m +\\d+% +\\d+Mi +\\d+%\n$`),
  })
})

/** The program under a pseudo terminal of its own, as `script` makes one. */
function onTerminal(words: readonly string[]) {
  const line = [process.execPath, program, ...words].map((word) => `'${word}'`).join(' ')
  const child = spawn('script', ['-qec', `stty rows 33 cols 77; ${line}`, '/dev/null'], {
    env: { PATH: process.env['PATH'], HOME: '/nonexistent', TERM: 'xterm', ...env },
  })
  let seen = ''
  child.stdout.on('data', (chunk: Buffer) => (seen += chunk.toString()))
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
  const shows = (text: string | RegExp) =>
    until(
      `the screen shows ${text}`,
      () => ((typeof text === 'string' ? seen.includes(text) : text.test(seen)) ? true : undefined),
      () => JSON.stringify(seen),
    )
  return { keys: (text: string) => child.stdin.write(text), shows, ended }
}

await t.test('exec -it: a terminal of the same size, every key is the program’s, the exit code too', async (t) => {
  const screen = onTerminal(['exec', '-it', 'web', '-c', 'app', '--', 'sh'])
  await screen.shows('/ #')
  screen.keys('stty size; tty\r')
  await screen.shows(/33 77\r?\n\/dev\/pts/)
  // What is typed before the shell has given the terminal back is not a line to what it starts.
  screen.keys('echo go $((1 + 1)); cat\r')
  await screen.shows('go 2')
  screen.keys('twice\r')
  await screen.shows(/twice\r?\ntwice/)
  screen.keys('\x03')
  await screen.shows('^C')
  screen.keys('echo still $((40 + 2))\r')
  await screen.shows('still 42')
  screen.keys('exit 7\r')
  t.equal(await screen.ended, 7)
})

await t.test('attach -it: what the container shows and takes; Ctrl-P Ctrl-Q leaves it running', async (t) => {
  const screen = onTerminal(['attach', '-it', 'web', '-c', 'shell'])
  await screen.shows('try pressing enter')
  await until('the shell answers', async () => {
    screen.keys('echo att$((1))ached\r')
    return await Promise.race([screen.shows('att1ached'), sleep(500, undefined)])
  })
  screen.keys('\x10\x11')
  t.equal(await screen.ended, 0)
  t.match(await type(['exec', '-q', 'web', '-c', 'shell', '--', 'echo', 'runs']), { code: 0, out: 'runs\n' })
  t.match(await type(['attach', '-i', 'web', '-c', 'app']), {
    code: 69,
    err: /it has no input: its manifest does not say "stdin: true"/,
  })
})

await t.test('logs: of one, of the one before, of all, from the end, with prefix and time', async (t) => {
  t.match(await type(['logs', 'web', '-c', 'app']), { code: 0, out: 'to-out\nto-err\n', err: '' })
  t.match(await type(['logs', 'web', 'app', '--tail=1']), { code: 0, out: 'to-err\n' })
  t.match(await type(['logs', 'twice']), { code: 0, out: 'second\n', err: '' })
  t.match(await type(['logs', 'twice', '--previous']), { code: 0, out: 'first\n' })
  t.match(await type(['logs', 'web', '-c', 'app', '-p']), {
    code: 1,
    err: 'podkeep: container "app" of pod "web" has no previous instance\n  hint: leave --previous out\n',
  })
  t.match(await type(['logs', '-l', 'app in (other)', '--prefix']), { code: 0, out: '[pod/twice/app] second\n' })
  t.match(
    (await type(['logs', 'web', '--all-containers', '--prefix'])).out,
    /\[pod\/web\/app\] to-out\n[^]*\[pod\/web\/shell\] /,
  )
  t.match(await type(['logs', 'twice', '--timestamps']), { out: /^\d{4}-\d\d-\d\dT[\d:.]+Z second\n$/ })
  t.match(await type(['logs', 'twice', '--since-time', new Date(Date.now() + 60_000).toISOString()]), {
    code: 0,
    out: '',
  })
  t.match(await type(['logs', 'done', '-f']), { code: 0, out: 'finished\n' })
  t.match(await type(['logs']), { code: 2, err: /podkeep logs POD, or podkeep logs -l app=web/ })
  t.match(await type(['logs', 'web', '--since', 'soon']), { code: 2, err: /--since: "soon" is not a duration/ })
})

await t.test('cp: files and directories, both ways, with their modes, and links that stay inside', async (t) => {
  const folder = join(node.directory, 'files')
  mkdirSync(join(folder, 'sub'), { recursive: true })
  writeFileSync(join(folder, 'run.sh'), 'echo ran\n', { mode: 0o755 })
  writeFileSync(join(folder, 'sub', 'empty'), '')
  writeFileSync(join(folder, 'sub', 'large'), Buffer.alloc(3_000_000, 7))
  symlinkSync('/etc/passwd', join(folder, 'link'))
  symlinkSync('sub/large', join(folder, 'near'))
  const up = await type(['cp', folder, 'web:/tmp', '-c', 'app'])
  t.match(up, { code: 0, err: '' })
  t.match(
    await type([
      'exec',
      '-q',
      'web',
      '--',
      'sh',
      '-c',
      '/tmp/files/run.sh; ls /tmp/files; readlink /tmp/files/link; wc -c < /tmp/files/near',
    ]),
    {
      out: 'ran\nlink\nnear\nrun.sh\nsub\n/etc/passwd\n3000000\n',
    },
  )
  t.match(await type(['cp', join(folder, 'run.sh'), 'web:/tmp/other.sh', '-c', 'app']), { code: 0, err: '' })
  await type(['exec', '-q', 'web', '--', 'sh', '-c', 'ln -s /tmp/files /tmp/way; ln /tmp/files/run.sh /tmp/files/twin'])
  const target = join(node.directory, 'back')
  t.match(await type(['cp', 'web:tmp/way', target, '-c', 'app']), {
    code: 0,
    err: 'podkeep: files/link is left out: it is a link to /etc/passwd, which leads out of what is copied\n',
  })
  t.equal(readFileSync(join(target, 'run.sh'), 'utf8'), 'echo ran\n')
  t.equal(readFileSync(join(target, 'sub', 'large')).length, 3_000_000)
  t.equal(readlinkSync(join(target, 'near')), 'sub/large')
  t.equal(readFileSync(join(target, 'twin'), 'utf8'), 'echo ran\n')
  t.notOk(existsSync(join(target, 'link')))
  const messages: [string[], number, RegExp][] = [
    [['a', 'b'], 2, /one of the two is a path in a pod\n {2}hint: podkeep cp \.\/file POD:\/path/],
    [[join(node.directory, 'none'), 'web:/tmp'], 1, /none: there is no such file\n/],
    [['web:/none', target], 1, /\/none: there is no such file in the container\n/],
    [[folder, 'web:/no/such'], 1, /the container has no folder \/no\n {2}hint: make it first/],
    [[folder, 'web:/tmp/other.sh'], 1, /\/tmp\/other\.sh is a file in the container/],
  ]
  for (const [words, code, err] of messages)
    t.match(await type(['cp', '-c', 'app', ...words]), { code, err }, words.join(' '))
})

await t.test('port-forward: any free port and a named one, until it is interrupted', async (t) => {
  const child = spawn(process.execPath, [program, 'port-forward', 'web', ':http'], {
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let out = ''
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()))
  const port = await until('it listens', () => /127\.0\.0\.1:(\d+) -> 80/.exec(out)?.[1])
  const body = await new Promise<string>((resolve, reject) => {
    request({ port, host: '127.0.0.1', path: '/', agent: false }, (answer) => {
      let text = ''
      answer.on('data', (chunk: Buffer) => (text += chunk.toString())).on('end', () => resolve(text))
    })
      .on('error', reject)
      .end()
  })
  t.equal(body, 'hello\n')
  await until('it tells', () => (out.includes(`Handling connection for ${port}`) ? true : undefined))
  const taken = await type(['port-forward', 'web', `${port}:80`])
  t.match(taken, { code: 69, err: new RegExp(`port ${port} of 127\\.0\\.0\\.1 is in use\n  hint: choose another`) })
  t.match(await type(['port-forward', 'web', ':nope']), { code: 1, err: /has no port named "nope"/ })
  t.match(await type(['port-forward', 'web', '80:x:1']), { code: 1 })
  const ended = new Promise((resolve) => child.once('close', (_code, signal) => resolve(signal)))
  child.kill('SIGINT')
  t.equal(await ended, 'SIGINT')
})

await t.test('without podkeep the engine is enough for exec, logs and cp', async (t) => {
  t.equal(await supervisor.kill('SIGTERM'), 0)
  t.match(await type(['exec', '-q', 'web', '-c', 'app', '--', 'echo', 'alive']), { code: 0, out: 'alive\n' })
  t.match(await type(['logs', 'default/twice']), { code: 0, out: 'second\n' })
  t.match(await type(['exec', 'nope', '--', 'true']), { code: 1, err: /pod "nope" not found/ })
  const untold = (words: readonly string[]) => podkeep(words, { env: { PODKEEP_ROOT_DIR: node.root } })
  t.match(await untold(['exec', '-q', 'web', '-c', 'app', '--', 'echo', 'found']), { code: 0, out: 'found\n' })
  t.match(await untold(['logs', 'twice', '--previous']), { code: 0, out: 'first\n' })
  const file = join(node.directory, 'page')
  t.match(await untold(['cp', 'web:/www/index.html', file, '-c', 'app']), { code: 0 })
  t.equal(readFileSync(file, 'utf8'), 'hello\n')
  t.match((await untold(['doctor'])).out, /^ok +engine +Docker [^]*\d+ of this node, none of another/)
  t.match(await type(['logs', '-l', 'app=web']), { code: 69, err: /labels are known while podkeep runs only/ })
  const again = await node.start(engine.host, '--stop-pods')
  await again.ready()
  t.equal(await again.kill('SIGTERM'), 0)
})
