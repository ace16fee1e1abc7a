/** Files of logins on a disk and helper programs that are run: what podkeep says to a registry, and that it tells nobody else. */

import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

import t, { type Test } from 'tap'

import type { KnownLogins } from '../../../lib/ports/index.js'
import { DockerCredentials, type CredentialFile } from '../../../lib/registry/index.js'
import { rememberingLogger, type LoggedLine } from '../../support/logger.js'

const base64 = (text: string): string => Buffer.from(text).toString('base64')
const forEverMs = 600_000

interface Machine {
  readonly folder: string
  readonly credentials: DockerCredentials
  readonly lines: readonly LoggedLine[]
  readonly write: (name: string, content: unknown) => void
  /** docker-credential-NAME with a shell script. */
  readonly helper: (name: string, script: string) => void
}

/** Its files are `one.json`, `two.json` and `.dockercfg`. */
function aMachine(t: Test, { helperPatienceMs = forEverMs } = {}): Machine {
  const folder = mkdtempSync(join(tmpdir(), 'podkeep-logins-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  mkdirSync(join(folder, 'bin'))
  const { logger, lines } = rememberingLogger()
  const files = ['one.json', 'two.json', '.dockercfg'].map((name): CredentialFile => ({
    path: join(folder, name),
    form: name === '.dockercfg' ? name : 'config.json',
    mayBeForbidden: false,
  }))
  const env = { PATH: `${join(folder, 'bin')}:${process.env['PATH'] ?? ''}`, FOLDER: folder }
  return {
    folder,
    credentials: new DockerCredentials({ files, env, logger, helperPatienceMs }),
    lines,
    write: (name, content) =>
      writeFileSync(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content)),
    helper(name, script) {
      const path = join(folder, 'bin', `docker-credential-${name}`)
      writeFileSync(path, `#!/bin/sh\n${script}\n`)
      chmodSync(path, 0o755)
    },
  }
}

function auths(known: KnownLogins): unknown[] {
  return known.logins.map(({ auth }) => auth)
}

await t.test('without any file there is no login and no complaint', async (t) => {
  const { credentials, lines } = aMachine(t)
  t.strictSame(await credentials.loginsFor('web:1'), { logins: [], faults: [] })
  t.strictSame(lines, [])
})

await t.test('every login that fits is a candidate: file by file, the most specific first', async (t) => {
  const { credentials, write, folder } = aMachine(t)
  const auth = (text: string) => ({ auth: base64(text) })
  write('one.json', {
    auths: { 'r.io': auth('a:1'), 'r.io/team': auth('b:2'), 'r.*': auth('c:3'), 'x.io': auth('d:4') },
  })
  write('two.json', { auths: { 'r.io/team/web': auth('e:5') } })
  write('.dockercfg', { 'https://r.io/v1/': auth('f:6') })
  const known = await credentials.loginsFor('r.io/team/web:1')
  t.strictSame(
    known.logins.map(({ auth: { username, password, serveraddress } }) => [username, password, serveraddress]),
    ['b:2', 'a:1', 'c:3', 'e:5', 'f:6'].map((pair) => [...pair.split(':'), 'r.io']),
  )
  t.equal(known.logins[0]?.source, join(folder, 'one.json'))
  t.strictSame(auths(await credentials.loginsFor('web')), [])
})

await t.test('a login counts from the next pull on, and so does a logout', async (t) => {
  const { credentials, write } = aMachine(t)
  write('one.json', { auths: {} })
  t.strictSame(auths(await credentials.loginsFor('web')), [])
  write('one.json', { auths: { 'https://index.docker.io/v1/': { auth: base64('me:pass') } } })
  const login = { username: 'me', password: 'pass', serveraddress: 'https://index.docker.io/v1/' }
  t.strictSame(auths(await credentials.loginsFor('web')), [login])
  t.strictSame(auths(await credentials.loginsFor('docker.io/team/web@sha256:' + 'a'.repeat(64))), [login])
  write('one.json', { auths: {} })
  t.strictSame(auths(await credentials.loginsFor('web')), [])
})

await t.test('the helper of a registry is asked, and for all others the one that keeps everything', async (t) => {
  const { credentials, write, helper, folder } = aMachine(t)
  const echo = (username: string) =>
    `[ "$1" = get ] || exit 9; read server; printf '{"ServerURL":"%s","Username":"${username}","Secret":"of %s"}' "$server" "$server"`
  helper('ecr', echo('aws'))
  helper('store', echo('<token>'))
  write('one.json', { auths: { 'a.io': {} }, credHelpers: { 'a.io': 'ecr' }, credsStore: 'store' })
  const known = await credentials.loginsFor('a.io/web')
  t.strictSame(auths(known), [{ username: 'aws', password: 'of a.io', serveraddress: 'a.io' }])
  t.equal(known.logins[0]?.source, `docker-credential-ecr (${join(folder, 'one.json')})`)
  t.strictSame(auths(await credentials.loginsFor('b.io:5000/web')), [
    { identitytoken: 'of b.io:5000', serveraddress: 'b.io:5000' },
  ])
  const hub = 'https://index.docker.io/v1/'
  t.strictSame(auths(await credentials.loginsFor('web')), [{ identitytoken: `of ${hub}`, serveraddress: hub }])
})

await t.test(
  'a helper that has nothing is no fault; one that fails is one, told once and without secrets',
  async (t) => {
    const { credentials, write, helper, lines } = aMachine(t)
    const faults = async (): Promise<readonly string[]> => {
      const { logins, faults } = await credentials.loginsFor('a.io/web')
      t.equal(logins.length, 1, 'what is in the file counts all the same')
      return faults.map((fault) => fault.replace(/ \([^(]*one\.json\)$/, ''))
    }
    write('one.json', { auths: { 'a.io': { auth: base64('m:p') } }, credsStore: 'x' })
    t.strictSame(await faults(), ['docker-credential-x is not in PATH'])
    t.strictSame(await faults(), ['docker-credential-x is not in PATH'])
    t.equal(lines.length, 1)
    t.match(lines[0], { level: 'warn', phrase: 'a registry login cannot be read' })
    helper('x', 'echo "credentials not found in native keychain"; exit 1')
    t.strictSame(await faults(), [])
    helper('x', `echo '{"ServerURL":"a.io","Username":"","Secret":""}'`)
    t.strictSame(await faults(), [])
    const cases: [string, string][] = [
      ['echo "the keychain is locked"; exit 1', 'docker-credential-x failed (1): the keychain is locked'],
      ['echo locked >&2; exit 2', 'docker-credential-x failed (2): locked'],
      [`echo '{"Username":"m","Secret":"hush"}'; exit 3`, 'docker-credential-x failed (3)'],
      ['echo hush', 'docker-credential-x answered something that is not credentials'],
      [`echo '{"Username":"m"}'`, 'docker-credential-x answered something that is not credentials'],
      ['kill -9 $$', 'docker-credential-x failed (SIGKILL)'],
      ['exec head -c 2000000 /dev/zero', 'docker-credential-x answered far too much'],
      ['exec <&-; sleep 0.1; exit 4', 'docker-credential-x failed (4)'],
    ]
    for (const [script, fault] of cases) {
      helper('x', script)
      t.strictSame(await faults(), [fault], script)
    }
    t.notMatch(JSON.stringify(lines), /hush/)
    t.equal(lines.length, 8, 'each new fault is told: two of them read the same')
  },
)

await t.test('a helper that hangs is ended, with what it started', async (t) => {
  const { credentials, write, helper, folder } = aMachine(t, { helperPatienceMs: 300 })
  helper('slow', 'sleep 3600 & echo $! > "$FOLDER/pid.new"; mv "$FOLDER/pid.new" "$FOLDER/pid"; wait')
  write('one.json', { credsStore: 'slow' })
  const { faults } = await credentials.loginsFor('a.io/web')
  t.match(faults, [/^docker-credential-slow did not answer within 0.3 s/])
  const pid = Number(readFileSync(join(folder, 'pid'), 'utf8'))
  const isAlive = (): boolean => {
    try {
      // A killed process that nobody has waited for yet can still be signalled.
      return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
    } catch {
      return false
    }
  }
  while (isAlive()) await delay(10)
  t.pass('nothing of it runs on')
})

await t.test('a file that cannot be read is a fault unless it may be somebody else’s', async (t) => {
  const { credentials, write, folder, lines } = aMachine(t)
  mkdirSync(join(folder, 'two.json'))
  write('one.json', '{"auths": {"a.io": {"auth": "hush"')
  const { faults } = await credentials.loginsFor('a.io/web')
  t.strictSame(
    faults,
    [`${join(folder, 'one.json')} is not a JSON object`, `${join(folder, 'two.json')} is not a file`].map((one) =>
      one.replace('one.json is', 'one.json: is'),
    ),
  )
  t.notMatch(JSON.stringify(lines), /hush/)
  write('one.json', {})
  t.equal((await credentials.loginsFor('a.io/web')).faults.length, 1)
  write('one.json', 'x'.repeat(5 * 1024 * 1024))
  t.match((await credentials.loginsFor('a.io/web')).faults, [/one\.json is too large$/])
})
