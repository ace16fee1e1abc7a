/**
 * The unit of examples/ under a real systemd, process 1 of namespaces of its own: readiness, reload, and a watchdog that brings back a
 * podkeep that hangs. Nothing but this unit is started, and no engine is needed for it.
 */

import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'

import { checkout } from '../support/checkout.js'
import { program } from '../support/program.js'
import { until } from './until.js'

const systemd = '/lib/systemd/systemd'

/** Why it cannot be tried here; null when it can. */
function missing(): string | null {
  if (process.getuid?.() !== 0) return 'only root may make namespaces'
  if (!existsSync(systemd)) return 'systemd is not installed'
  return existsSync('/sys/fs/cgroup/systemd')
    ? null
    : 'a systemd without its own cgroups needs the first version of them'
}

await t.test(
  'what the unit waits for at the start it also asks for, and systemd has nothing to say about it',
  async (t) => {
    const path = join(checkout, 'examples/systemd/podkeep.service')
    const lists = (key: string): string[] =>
      new RegExp(`^${key}=(.*)$`, 'm').exec(readFileSync(path, 'utf8'))?.[1]?.split(' ') ?? []
    t.strictSame(lists('Wants'), lists('After'))
    const said = spawnSync('systemd-analyze', ['verify', path], { encoding: 'utf8' })
    if (said.error === undefined) t.strictSame([said.status, said.stderr], [0, ''])
  },
)

const why = missing()
const name = 'the unit is ready, reloads, and is brought back by its watchdog when it hangs'
await t.test(why === null ? name : `${name} (skipped: ${why})`, { skip: why !== null, timeout: 240_000 }, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'pk-sd-'))
  const units = join(folder, 'units')
  for (const path of [units, join(folder, 'manifests')]) mkdirSync(path)
  writeFileSync(join(units, 'only.target'), '[Unit]\nDefaultDependencies=no\nWants=podkeep.service\n')
  const example = readFileSync(join(checkout, 'examples/systemd/podkeep.service'), 'utf8')
  const command = `${process.execPath} ${program} run --port 0 --healthz-port 0 --node-name sd --manifests ${folder}/manifests --root-dir ${folder}/root`
  const unit = example
    .replace(/^(After|Wants)=.*\n/gm, '')
    .replace('[Unit]', '[Unit]\nDefaultDependencies=no')
    .replace('[Service]', `[Service]\nEnvironment=DOCKER_HOST=unix://${folder}/none\nStandardOutput=file:${folder}/log`)
    .replace(/^ExecStart=.*$/m, `ExecStart=${command}`)
    .replace(/^WatchdogSec=.*$/m, 'WatchdogSec=8')
  writeFileSync(join(units, 'podkeep.service'), unit)
  const begin = [
    'mount --make-rprivate /',
    'mount -t tmpfs tmpfs /run',
    `mount --bind ${units} /etc/systemd/system`,
    'mount -t proc proc /proc',
    `container=docker exec ${systemd} --system --unit=only.target --log-target=console --show-status=no`,
  ].join(' && ')
  const namespaces = ['--fork', '--kill-child', '--pid', '--mount', '--net', '--ipc', '--uts']
  const machine = spawn('unshare', [...namespaces, 'sh', '-c', begin], { stdio: 'ignore' })
  t.teardown(() => {
    machine.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  })
  const first = await until('systemd is process 1', () => childOf(machine.pid ?? 0))
  const inside = (...words: string[]) =>
    spawnSync('nsenter', ['-t', first, '-p', '-m', '-n', '-i', '-u', ...words], { encoding: 'utf8' })
  const shown = (property: string): string =>
    inside('systemctl', 'show', 'podkeep', '--property', property, '--value').stdout.trim()
  const log = (): string => (existsSync(join(folder, 'log')) ? readFileSync(join(folder, 'log'), 'utf8') : '')
  const active = (): Promise<true> =>
    until('it is active', () => (shown('ActiveState') === 'active' ? true : undefined), log, 90_000)

  await active()
  t.equal(shown('StatusText'), 'watching manifests')
  t.equal(inside('systemctl', 'reload', 'podkeep').status, 0)
  await until('it was told', () => (log().includes('SIGHUP') ? true : undefined), log)
  t.equal(shown('ActiveState'), 'active')

  const before = shown('MainPID')
  inside('kill', '-STOP', before)
  await until('it was begun again', () => (Number(shown('NRestarts')) > 0 ? true : undefined), log, 90_000)
  await active()
  t.not(shown('MainPID'), before)
  inside('systemctl', 'stop', 'podkeep')
  t.equal(shown('Result'), 'success', 'it ends in order')
})

function childOf(pid: number): string | undefined {
  try {
    const [child] = execFileSync('pgrep', ['-P', String(pid)], { encoding: 'utf8' })
      .trim()
      .split('\n')
    return child
  } catch {
    // Not forked yet.
    return undefined
  }
}
