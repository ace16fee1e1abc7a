/** Who has a file open for writing, as a /proc tells. */

import { chmodSync, closeSync, mkdirSync, mkdtempSync, openSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'

import { openWriters, stillWrites } from '../../../lib/source/open-writers.js'

function folder(t: Test): string {
  const path = mkdtempSync(join(tmpdir(), 'podkeep-open-'))
  t.teardown(() => {
    rmSync(path, { recursive: true })
  })
  return path
}

await t.test('who has a file open for writing is found by the file, and who only reads it is not', async (t) => {
  const directory = folder(t)
  mkdirSync(join(directory, 'elsewhere'))
  for (const name of ['a.yaml', 'b.yaml', 'elsewhere/a.yaml']) writeFileSync(join(directory, name), '')
  symlinkSync('b.yaml', join(directory, 'link.yaml'))
  const [reading, elsewhere] = [
    openSync(join(directory, 'a.yaml'), 'r'),
    openSync(join(directory, 'elsewhere/a.yaml'), 'w'),
  ]
  const names = ['a.yaml', 'link.yaml', 'missing.yaml']
  t.strictSame([...(await openWriters(directory, names)).found], [])
  const [writing, appending] = [openSync(join(directory, 'a.yaml'), 'r+'), openSync(join(directory, 'b.yaml'), 'a')]
  const { found } = await openWriters(directory, names)
  const pid = String(process.pid)
  t.match(
    [...found],
    [
      ['a.yaml', { pid, fd: String(writing) }],
      ['link.yaml', { pid, fd: String(appending) }],
    ],
  )
  const writer = found.get('a.yaml')
  if (writer === undefined) throw new Error('nobody was found')
  t.ok(stillWrites(directory, 'a.yaml', writer))
  for (const fd of [reading, elsewhere, writing, appending]) closeSync(fd)
  t.notOk(stillWrites(directory, 'a.yaml', writer))
  t.strictSame([...(await openWriters(directory, names)).found], [])
})

await t.test('it is certain only where all processes of the machine are there to be seen', async (t) => {
  const directory = folder(t)
  writeFileSync(join(directory, 'a.yaml'), '')
  const isCertain = async (processes: string | null, pids: readonly string[]): Promise<boolean> => {
    const proc = folder(t)
    mkdirSync(join(proc, 'self/ns'), { recursive: true })
    if (processes !== null) symlinkSync(processes, join(proc, 'self/ns/pid'))
    for (const pid of pids) mkdirSync(join(proc, pid, 'fd'), { recursive: true })
    return (await openWriters(directory, ['a.yaml'], proc)).isCertain
  }
  t.ok(await isCertain('pid:[4026531836]', ['1']))
  t.notOk(await isCertain('pid:[4026532000]', ['1']), 'a container’s')
  t.notOk(await isCertain(null, ['1']))
  t.notOk(await isCertain('pid:[4026531836]', []), 'nothing to be seen')
  t.notOk((await openWriters(directory, ['a.yaml'], '/nowhere')).isCertain)
})

await t.test(
  'processes of other users are out of sight',
  { skip: process.getuid?.() !== 0 && 'seteuid needs root' },
  async (t) => {
    const directory = folder(t)
    writeFileSync(join(directory, 'a.yaml'), '')
    chmodSync(directory, 0o755)
    process.seteuid?.(65534)
    t.teardown(() => process.seteuid?.(0))
    t.notOk((await openWriters(directory, ['a.yaml'])).isCertain)
    process.seteuid?.(0)
  },
)
