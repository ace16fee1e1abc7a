/** What the engine tests stand on: engines side by side, through every fault the tests make, leaving nothing behind. */

import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { engineAnswers, engineCall } from '../../bin/engine-call.mjs'
import { commandLine, isAlive, mountsUnder } from '../../bin/processes.mjs'
import { engineMissing, startTestEngine, type TestEngine } from '../support/engine.js'
import { importBusybox, registryAuth, startRegistry } from '../support/images.js'

const image = 'podkeep.test/busybox:1'
const skip = engineMissing()

async function call(engine: TestEngine, method: string, path: string, body?: unknown): Promise<unknown> {
  const headers = { 'content-type': 'application/json' }
  const answer = await engineCall(
    engine.host,
    method,
    path,
    body === undefined ? {} : { headers, body: JSON.stringify(body) },
  )
  if (answer.status >= 400) throw new Error(`${method} ${path}: ${String(answer.status)} ${answer.text}`)
  return answer.text === '' ? null : JSON.parse(answer.text)
}

/** @returns the process id on this machine of a container that runs for ever. */
async function runSleeper(engine: TestEngine, name: string, network: string): Promise<number> {
  const spec = {
    Image: image,
    Cmd: ['sh', '-c', 'trap "exit 0" TERM; while true; do sleep 1; done'],
    HostConfig: { NetworkMode: network },
  }
  await call(engine, 'POST', `/containers/create?name=${name}`, spec)
  await call(engine, 'POST', `/containers/${name}/start`)
  const facts = (await call(engine, 'GET', `/containers/${name}/json`)) as { State: { Pid: number } }
  return facts.State.Pid
}

/** Named, for each engine has a rule of its own. */
async function bridgeOf(engine: TestEngine): Promise<string> {
  const bridge = `pk-${randomUUID().slice(0, 8)}`
  const options = { 'com.docker.network.bridge.name': bridge }
  await call(engine, 'POST', '/networks/create', { Name: 'pods', Driver: 'bridge', Options: options })
  return `/sys/class/net/${bridge}`
}

t.test('two engines run side by side with networks of their own', { skip }, async (t) => {
  const [one, two] = await Promise.all([startTestEngine(), startTestEngine()])
  t.teardown(async () => await Promise.all([one.close(), two.close()]))
  const bridges = await Promise.all([one, two].map(bridgeOf))
  await Promise.all([one, two].map(async (engine) => await importBusybox(engine.socketPath, image)))
  const pids = await Promise.all([one, two].map(async (engine) => await runSleeper(engine, 'same-name', 'pods')))
  t.ok(pids.every(isAlive), 'a container of the same name runs in both')

  await one.close()
  t.notOk(isAlive(pids[0]!), 'closing one ends its containers')
  t.notOk(existsSync(bridges[0]!), 'and removes its bridge')
  t.notOk(existsSync(one.socketPath), 'and its folder')
  t.ok(isAlive(pids[1]!), 'and touches nothing of the other')
  t.ok(existsSync(bridges[1]!))
  t.ok(await engineAnswers(two.host))
})

t.test('an engine can be killed, restarted and paused', { skip }, async (t) => {
  const engine = await startTestEngine()
  t.teardown(async () => await engine.close())
  await importBusybox(engine.socketPath, image)
  const pid = await runSleeper(engine, 'survivor', 'none')

  await engine.kill()
  t.notOk(await engineAnswers(engine.host), 'a killed dockerd does not answer')
  t.ok(isAlive(pid), 'and its containers run on')
  await engine.startAgain()
  t.ok(await engineAnswers(engine.host))
  await engine.restart()
  t.ok(await engineAnswers(engine.host))

  engine.pause()
  await t.rejects(engineCall(engine.host, 'GET', '/version', { patienceMs: 300 }), 'a paused dockerd answers nothing')
  engine.resume()
  t.match(await call(engine, 'GET', '/version'), { ApiVersion: String })
})

t.test('a test that is killed leaves nothing behind', { skip }, async (t) => {
  const victim = spawn(process.execPath, [join(import.meta.dirname, 'engine-victim.js')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = (await once(createInterface(victim.stdout), 'line')) as [string]
  const { folder, pid } = JSON.parse(line) as { folder: string; pid: number }
  t.ok(isAlive(pid), 'it has a running container')
  const container = commandLine(pid).join(' ')

  victim.kill('SIGKILL')
  const giveUpMs = Date.now() + 30_000
  while (existsSync(folder) && Date.now() < giveUpMs) await sleep(50)
  t.notOk(existsSync(folder), 'the folder is gone')
  t.not(commandLine(pid).join(' '), container, 'the process in the container has ended')
  t.same(mountsUnder(folder), [])
  t.notMatch(readFileSync('/proc/net/unix', 'utf8'), `${folder}/docker.sock`)
})

t.test('a registry takes a pushed image, with and without a login', { skip }, async (t) => {
  const [engine, open, closed] = await Promise.all([startTestEngine(), startRegistry(), startRegistry({ auth: true })])
  t.teardown(async () => await Promise.all([engine.close(), open.close(), closed.close()]))
  await importBusybox(engine.socketPath, image)
  for (const registry of [open, closed]) {
    const digest = await registry.push(engine.socketPath, image, 'team/app:2')
    await call(engine, 'DELETE', `/images/${registry.host}/team/app:2`)
    const headers = { 'X-Registry-Auth': registryAuth(registry.login) }
    const pull = `/images/create?fromImage=${encodeURIComponent(`${registry.host}/team/app@${digest}`)}`
    const answer = await engineCall(engine.host, 'POST', pull, { headers })
    t.notMatch(answer.text, '"error"')
    t.equal((await engineCall(engine.host, 'GET', `/images/${registry.host}/team/app@${digest}/json`)).status, 200)
  }
  const answer = await engineCall(engine.host, 'POST', `/images/create?fromImage=${closed.host}/team/app&tag=2`)
  t.match(answer.text, /no basic auth|unauthorized/, 'without the login it is refused')
  await open.stop()
  await t.rejects(fetch(`http://${open.host}/v2/`))
  await open.startAgain()
  t.equal((await fetch(`http://${open.host}/v2/`)).status, 200)
})
