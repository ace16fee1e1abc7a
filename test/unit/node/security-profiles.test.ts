/** Where a machine keeps its security profiles, and what is no profile. */

import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { spawnSync } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import t, { type Test } from 'tap'

import { LocalSecurityProfiles } from '../../../lib/node/index.js'

function folder(t: Test): string {
  const path = mkdtempSync(join(tmpdir(), 'podkeep-profiles-'))
  t.teardown(() => rmSync(path, { recursive: true }))
  mkdirSync(join(path, 'seccomp'))
  return path
}

await t.test('a seccomp profile is a JSON file below the folder, read anew each time', async (t) => {
  const root = folder(t)
  const seccompDirectory = join(root, 'seccomp')
  const profiles = new LocalSecurityProfiles({ seccompDirectory })
  const find = (name: string): Promise<object> => profiles.find({ kind: 'seccomp', name })
  const write = (name: string, text: string): void => writeFileSync(join(seccompDirectory, name), text)
  const refused = (name: string, why: string): object => ({ problem: `cannot load seccomp profile "${name}": ${why}` })
  const at = (name: string): string => join(seccompDirectory, name)

  mkdirSync(at('sub'))
  write('sub/good.json', '{\n  "defaultAction": "SCMP_ACT_ALLOW"\n}\n')
  t.same(await find('sub/good.json'), { text: '{"defaultAction":"SCMP_ACT_ALLOW"}' })
  write('sub/good.json', '{"defaultAction":"SCMP_ACT_ERRNO"}')
  t.same(await find('sub/good.json'), { text: '{"defaultAction":"SCMP_ACT_ERRNO"}' })

  t.same(await find('none.json'), refused('none.json', `there is no file ${at('none.json')}`))
  t.same(await find('sub/good.json/x'), refused('sub/good.json/x', `there is no file ${at('sub/good.json/x')}`))
  t.same(await find('sub'), refused('sub', `${at('sub')} is not a file of at most 1048576 bytes`))
  write('words', 'secret words')
  t.same(await find('words'), refused('words', `${at('words')} is not JSON`), 'and what it says is not repeated')
  for (const text of ['{}', '[]', 'null', '1']) {
    write('odd.json', text)
    t.same(await find('odd.json'), refused('odd.json', `${at('odd.json')} has no defaultAction`), text)
  }
  write('large.json', ' '.repeat(1024 * 1024 + 1))
  t.match(await find('large.json'), { problem: /not a file of at most/ })
})

await t.test('nothing outside the folder is read, and a pipe is not waited for', async (t) => {
  const root = folder(t)
  const seccompDirectory = join(root, 'seccomp')
  const profiles = new LocalSecurityProfiles({ seccompDirectory })
  const find = (name: string): Promise<object> => profiles.find({ kind: 'seccomp', name })
  writeFileSync(join(root, 'outside.json'), '{"defaultAction":"SCMP_ACT_ALLOW"}')
  symlinkSync('../outside.json', join(seccompDirectory, 'out.json'))
  symlinkSync(root, join(seccompDirectory, 'up'))
  for (const name of ['out.json', 'up/outside.json', '../outside.json'])
    t.match(await find(name), { problem: new RegExp(`leads out of ${seccompDirectory}$`) }, name)
  writeFileSync(join(seccompDirectory, 'real.json'), '{"defaultAction":"SCMP_ACT_ALLOW"}')
  symlinkSync('real.json', join(seccompDirectory, 'in.json'))
  t.match(await find('in.json'), { text: /ALLOW/ }, 'a link that stays inside is fine')
  t.equal(spawnSync('mkfifo', [join(seccompDirectory, 'pipe')]).status, 0)
  t.match(await find('pipe'), { problem: /is not a file/ })
  rmSync(seccompDirectory, { recursive: true })
  t.match(await find('in.json'), { problem: /there is no file/ }, 'nor is there a folder, until somebody makes it')
  mkdirSync(seccompDirectory)
})

await t.test('an AppArmor profile is one that the kernel lists', async (t) => {
  const root = folder(t)
  const loadedProfiles = join(root, 'loaded')
  const profiles = new LocalSecurityProfiles({ seccompDirectory: root, loadedProfiles })
  const find = (name: string): Promise<object> => profiles.find({ kind: 'appArmor', name })
  t.same(await find('mine'), { text: '' }, 'where nothing can be looked up the engine will tell')
  writeFileSync(loadedProfiles, 'docker-default (enforce)\n/usr/bin/man (complain)\nmy own (unconfined)\n')
  for (const name of ['docker-default', '/usr/bin/man', 'my own']) t.same(await find(name), { text: '' }, name)
  t.same(await find('docker'), {
    problem: 'AppArmor profile "docker" is not loaded on this machine (load it with apparmor_parser)',
  })
})
