/** Pulling from real registries through a real engine: every way in which one may fail, and every way to log in. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import t from 'tap'

import { DockerRuntime } from '../../lib/docker/index.js'
import { configValue, type PullProgress, type PullSecret } from '../../lib/pod/index.js'
import { DockerCredentials } from '../../lib/registry/index.js'
import { engineMissing, startTestEngine } from '../support/engine.js'
import { startFaultyRegistry, type Fault } from '../support/faulty-registry.js'
import { addLayer, importBusybox, removeImage, startRegistry } from '../support/images.js'
import { rememberingLogger } from '../support/logger.js'
import { isWanted as isPodman } from '../support/podman.js'
import { anOwner } from '../support/pods.js'

const base = 'podkeep-test/busybox:pulls'
const local = 'podkeep-test/layered:1'
const ignore = (): void => {}

await t.test('pulls through a real engine', { skip: engineMissing() }, async (t) => {
  const engine = await startTestEngine({ downloadAttempts: 1 })
  t.teardown(() => engine.close())
  await importBusybox(engine.socketPath, base)
  await addLayer(engine.socketPath, base, local)
  const home = mkdtempSync(join(tmpdir(), 'podkeep-pulls-'))
  t.teardown(() => rmSync(home, { recursive: true }))
  const { logger, lines } = rememberingLogger()
  const files = [{ path: join(home, 'config.json'), form: 'config.json', mayBeForbidden: false } as const]
  const env = { PATH: `${join(home, 'bin')}:${process.env['PATH'] ?? ''}` }
  const runtimeWith = (pullIdleMs: number): DockerRuntime => {
    const runtime = new DockerRuntime({
      address: { kind: 'socket', socketPath: engine.socketPath },
      owner: anOwner('pulls'),
      credentials: new DockerCredentials({ files, env, logger }),
      logger,
      deadlines: { pullIdleMs },
    })
    t.teardown(() => runtime.close())
    return runtime
  }
  const runtime = runtimeWith(60_000)
  await runtime.connect()

  await t.test('a pod’s own Secret opens a private registry, and nobody else’s pull', async (t) => {
    const registry = await startRegistry({ auth: true })
    t.teardown(() => registry.close())
    await registry.push(engine.socketPath, local, 'private/app:1')
    const image = `${registry.host}/private/app:1`
    writeFileSync(files[0]!.path, '{}')
    const secretOf = (password: string, form: PullSecret['form']): PullSecret => {
      const auth = Buffer.from(`${registry.login!.username}:${password}`).toString('base64')
      const auths = { [registry.host]: { auth } }
      const text = JSON.stringify(form === 'config.json' ? { auths } : auths)
      return { source: 'Secret default/registry', form, value: configValue(Buffer.from(text)) }
    }
    for (const form of ['config.json', '.dockercfg'] as const) {
      await removeImage(engine.socketPath, image)
      const secret = secretOf(registry.login!.password, form)
      t.match(await runtime.pullImage(image, ignore, [secret]), { id: /^sha256:/ }, form)
    }
    await removeImage(engine.socketPath, image)
    await t.rejects(runtime.pullImage(image, ignore, [secretOf('hush', 'config.json')]), {
      code: 'IMAGE_FORBIDDEN',
      message: /tried with the login of Secret default\/registry, and without/,
    })
    await t.rejects(runtime.pullImage(image, ignore), { code: 'IMAGE_FORBIDDEN', message: /podkeep knows no login/ })
  })

  await t.test('a private registry opens to each kind of login, as soon as it is there', async (t) => {
    const registry = await startRegistry({ auth: true })
    t.teardown(() => registry.close())
    await registry.push(engine.socketPath, local, 'private/app:1')
    const image = `${registry.host}/private/app:1`
    const pulled = async (config: object): Promise<void> => {
      await removeImage(engine.socketPath, image)
      writeFileSync(files[0]!.path, JSON.stringify(config))
      t.match(await runtime.pullImage(image, ignore), { id: /^sha256:/ }, Object.keys(config).join())
    }
    const forbidden = (message: RegExp) =>
      t.rejects(runtime.pullImage(image, ignore), { code: 'IMAGE_FORBIDDEN', message })

    await removeImage(engine.socketPath, image)
    await forbidden(/podkeep knows no login for 127\.0\.0\.1:/)
    const { username, password } = registry.login!
    const auth = (pair: string) => ({ auth: Buffer.from(pair).toString('base64') })
    const right = auth(`${username}:${password}`)
    const wrong = auth(`${username}:hush`)
    writeFileSync(files[0]!.path, JSON.stringify({ auths: { [registry.host]: wrong } }))
    await forbidden(/tried with the login of .*config\.json, and without/)
    await pulled({ auths: { [registry.host]: right } })
    await pulled({ auths: { [`${registry.host}/private`]: wrong, [`http://${registry.host}/v2/`]: right } })
    mkdirSync(join(home, 'bin'))
    const answer = JSON.stringify({ ServerURL: registry.host, Username: username, Secret: password })
    const script = `#!/bin/sh\nread server\n[ "$server" = ${registry.host} ] && echo '${answer}'\n`
    writeFileSync(join(home, 'bin', 'docker-credential-mine'), script, { mode: 0o755 })
    await pulled({ credHelpers: { [registry.host]: 'mine' } })
    await pulled({ auths: { [registry.host]: {} }, credsStore: 'mine' })
    await removeImage(engine.socketPath, image)
    t.notMatch(JSON.stringify(lines), new RegExp(`hush|${password}|${right.auth}`))
  })

  await t.test('each fault of a registry has its code, and when it is over the image comes', async (t) => {
    const upstream = await startRegistry()
    t.teardown(() => upstream.close())
    await upstream.push(engine.socketPath, local, 'team/app:1')
    await removeImage(engine.socketPath, `${upstream.host}/team/app:1`)
    await removeImage(engine.socketPath, local)
    const registry = await startFaultyRegistry(upstream)
    t.teardown(() => registry.close())
    const image = `${registry.host}/team/app:1`
    const faults: [Fault, string, RegExp][] = [
      // podman waits as long as the registry says.
      ...(isPodman ? [] : [['throttled', 'REGISTRY_THROTTLED', /toomanyrequests/] as [Fault, string, RegExp]]),
      ['denied', 'IMAGE_FORBIDDEN', /denied/],
      ['down', 'REGISTRY_UNAVAILABLE', /503/],
      ['cut', 'REGISTRY_UNAVAILABLE', /EOF/],
      ['damaged', 'IMAGE_DAMAGED', /verification failed|digest did not match/i],
    ]
    for (const [fault, code, message] of faults) {
      registry.become(fault)
      await t.rejects(runtime.pullImage(image, ignore), { code, message }, fault)
    }
    const hasty = runtimeWith(2000)
    registry.become('silent')
    await t.rejects(hasty.pullImage(image, ignore), { code: 'PULL_STALLED' }, 'silent')
    registry.become('stalled')
    const progress: PullProgress[] = []
    await t.rejects(
      hasty.pullImage(image, (step) => progress.push(step)),
      { code: 'PULL_STALLED', message: /no progress for 2 s/ },
      'stalled',
    )
    const last = progress.at(-1)
    // podman says less often how far it has come.
    if (!isPodman)
      t.ok(last !== undefined && last.doneBytes > 0 && last.doneBytes < last.totalBytes, JSON.stringify(last))
    t.equal(await runtime.inspectImage(image), null)
    registry.become('well')
    t.match(await runtime.pullImage(image, ignore), { id: /^sha256:/ })
    await upstream.stop()
    await t.rejects(runtime.pullImage(image, ignore), { code: 'REGISTRY_UNAVAILABLE' })
  })
})
