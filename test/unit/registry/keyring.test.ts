/**
 * Which key opens which image, and what a file of logins says. Restates kubelet pkg/credentialprovider keyring_test.go
 * (TestURLsMatch, TestDockerKeyringForGlob, ...KeyringMiss, ...MissWithDockerHubCredentials, ...HitWith...) and config_test.go.
 */

import t from 'tap'

import { repositoryOf } from '../../../lib/pod/index.js'
import { decodeLogins } from '../../../lib/registry/config-file.js'
import { hostAndPath, moreSpecific, opens } from '../../../lib/registry/keyring.js'

const base64 = (text: string): string => Buffer.from(text).toString('base64')

await t.test('an image is in one repository of one registry, however it is written', async (t) => {
  const digest = `sha256:${'a'.repeat(64)}`
  const table: [string, string, string][] = [
    ['web', 'docker.io', 'library/web'],
    ['web:1', 'docker.io', 'library/web'],
    [`web@${digest}`, 'docker.io', 'library/web'],
    ['team/web:1', 'docker.io', 'team/web'],
    ['docker.io/web', 'docker.io', 'library/web'],
    ['index.docker.io/team/web', 'docker.io', 'team/web'],
    ['registry-1.docker.io/library/web', 'docker.io', 'library/web'],
    ['ghcr.io/team/web:1', 'ghcr.io', 'team/web'],
    [`box:5000/web:1@${digest}`, 'box:5000', 'web'],
    ['localhost/web', 'localhost', 'web'],
    ['[::1]:5000/web', '[::1]:5000', 'web'],
    ['Box/web', 'Box', 'web'],
  ]
  for (const [image, registry, path] of table) t.strictSame(repositoryOf(image), { registry, path }, image)
})

await t.test('a key opens its registry, its path and what its wildcards stand for', async (t) => {
  const yes: [string, string][] = [
    ['ghcr.io', 'ghcr.io/team/web:1'],
    ['https://ghcr.io', 'ghcr.io/web'],
    ['http://ghcr.io/v2/', 'ghcr.io/web'],
    ['https://ghcr.io/v1/', 'ghcr.io/web'],
    ['ghcr.io/v2', 'ghcr.io/web'],
    ['ghcr.io/team', 'ghcr.io/team/web'],
    ['ghcr.io/team/', 'ghcr.io/team/web'],
    ['https://ghcr.io/v1/team', 'ghcr.io/team/web'],
    ['GHCR.io', 'ghcr.io/web'],
    ['box:5000', 'box:5000/web'],
    ['*.kubernetes.io', 'prefix.kubernetes.io/web'],
    ['prefix.*.io', 'prefix.kubernetes.io/web'],
    ['prefix.kubernetes.*', 'prefix.kubernetes.io/web'],
    ['*-good.kubernetes.io', 'prefix-good.kubernetes.io/web'],
    ['*.kubernetes.io:5000/team', 'a.kubernetes.io:5000/team/web'],
    ['a?[0-9].io', 'ab7.io/web'],
    ['a[^0-9].io', 'ab.io/web'],
    ['https://index.docker.io/v1/', 'web'],
    ['index.docker.io', 'docker.io/team/web'],
    ['docker.io', 'web:1'],
    ['registry-1.docker.io', 'web'],
    ['docker.io/team', 'team/web'],
  ]
  const no: [string, string][] = [
    ['ghcr.io', 'gcr.io/web'],
    ['ghcr.io/team', 'ghcr.io/other/web'],
    ['ghcr.io/team', 'ghcr.io/TEAM/web'],
    ['kubernetes.io', 'prefix.kubernetes.io/web'],
    ['*.kubernetes.io', 'kubernetes.io/web'],
    ['*.kubernetes.io', 'a.b.kubernetes.io/web'],
    ['*.kubernetes.io', 'a.kubernetes.io:5000/web'],
    ['*.kubernetes.io:6000', 'a.kubernetes.io:5000/web'],
    ['box:5000', 'box/web'],
    ['ghcr.io', 'web'],
    ['https://index.docker.io/v1/', 'ghcr.io/web'],
    ['ghcr_io', 'ghcr.io/web'],
    ['[z-a].io', 'b.io/web'],
    ['a[.io', 'b.io/web'],
    ['', 'web'],
  ]
  for (const [key, image] of yes) t.ok(opens(hostAndPath(key), repositoryOf(image)), `${key} opens ${image}`)
  for (const [key, image] of no) t.notOk(opens(hostAndPath(key), repositoryOf(image)), `${key} does not open ${image}`)
})

await t.test('the most specific key comes first', async (t) => {
  const keys = ['*.io', 'quay.io', 'quay.io/core', 'quay.io/coreos/etcd', 'quay.io/coreos', 'gcr.io/coreos']
  t.strictSame(
    keys.sort((a, b) => moreSpecific(hostAndPath(a), hostAndPath(b))),
    ['quay.io/coreos/etcd', 'quay.io/coreos', 'quay.io/core', 'quay.io', 'gcr.io/coreos', '*.io'],
  )
})

await t.test('config.json and .dockercfg are read as Docker and the kubelet read them', async (t) => {
  const auths = {
    'a.io': { auth: base64('me:pa:ss'), email: 'me@a.io' },
    'b.io': { username: 'me', password: 'pass' },
    'c.io': { auth: base64('me:'), identitytoken: 'refresh' },
    'd.io': { registrytoken: 'bearer' },
    'e.io': { auth: base64('old:padded\0\0') },
    'f.io': { auth: base64('wins:over'), username: 'ignored', password: 'ignored' },
    'kept.io': {},
  }
  const entries = [
    { key: 'a.io', secret: { kind: 'password', username: 'me', password: 'pa:ss' } },
    { key: 'b.io', secret: { kind: 'password', username: 'me', password: 'pass' } },
    { key: 'c.io', secret: { kind: 'identity', username: 'me', token: 'refresh' } },
    { key: 'd.io', secret: { kind: 'bearer', token: 'bearer' } },
    { key: 'e.io', secret: { kind: 'password', username: 'old', password: 'padded' } },
    { key: 'f.io', secret: { kind: 'password', username: 'wins', password: 'over' } },
  ]
  const credHelpers = { 'gcr.io': 'gcloud', 'https://index.docker.io/v1/': 'pass' }
  const whole = decodeLogins(
    JSON.stringify({ auths, credHelpers, credsStore: 'desktop', detachKeys: 'x' }),
    'config.json',
  )
  t.strictSame(whole, {
    ...{ entries, store: 'desktop', faults: [] },
    helpers: new Map([
      ['gcr.io', 'gcloud'],
      ['docker.io', 'pass'],
    ]),
  })
  t.strictSame(decodeLogins(JSON.stringify(auths), '.dockercfg').entries, entries)
  t.strictSame(decodeLogins('{}', 'config.json'), { entries: [], helpers: new Map(), store: null, faults: [] })
})

await t.test('what is wrong in a file is told without a word of its secrets, and the rest of it counts', async (t) => {
  const faultsOf = (text: string): readonly string[] => decodeLogins(text, 'config.json').faults
  t.strictSame(faultsOf('{"auths": {"a.io": {"auth": "c2VjcmV0"}'), ['is not a JSON object'])
  t.strictSame(faultsOf('["c2VjcmV0"]'), ['is not a JSON object'])
  t.strictSame(faultsOf(''), ['is not a JSON object'])
  const auths = {
    'a.io': { auth: 'no base64 but secret' },
    'b.io': { auth: base64('secret') },
    'c.io': { auth: base64('m:p') },
  }
  const content = { auths, credHelpers: { 'd.io': '../../secret' }, credsStore: 'a/b' }
  const decoded = decodeLogins(JSON.stringify(content), 'config.json')
  t.strictSame(decoded.faults, [
    'the auth of "a.io" is not base64 of username:password',
    'the auth of "b.io" is not base64 of username:password',
    'the credHelpers entry of "d.io" is not the name of a program',
    'credsStore is not the name of a program',
  ])
  t.strictSame(
    decoded.entries.map(({ key }) => key),
    ['c.io'],
  )
  t.equal(decoded.store, null)
  t.equal(decoded.helpers.size, 0)
})
