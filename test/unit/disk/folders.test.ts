import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'

import { makeFolders } from '../../../lib/disk/index.js'

const folder = mkdtempSync(join(tmpdir(), 'podkeep-disk-'))
t.teardown(() => {
  rmSync(folder, { recursive: true, force: true })
})

await t.test('a folder and all above it are made, with the mode', async (t) => {
  const path = join(folder, 'a', 'b', 'c')
  await Promise.all([makeFolders(path, 0o700), makeFolders(join(folder, 'a', 'd'), 0o700)])
  for (const made of [path, join(folder, 'a', 'b'), join(folder, 'a', 'd')]) t.equal(statSync(made).mode & 0o777, 0o700)
  await makeFolders(path, 0o755)
  t.equal(statSync(path).mode & 0o777, 0o700, 'one that is there stays as it is')
})

await t.test('a file in the way is told', async (t) => {
  writeFileSync(join(folder, 'file'), '')
  await t.rejects(makeFolders(join(folder, 'file', 'below'), 0o700), { code: 'ENOTDIR' })
})

await t.test('where nothing can be made, it is tried once and told', async (t) => {
  await t.rejects(makeFolders('/proc/nope', 0o700), { code: 'ENOENT' })
  await t.rejects(makeFolders('/proc/nope/deeper/still', 0o700), { code: 'ENOENT' })
})
