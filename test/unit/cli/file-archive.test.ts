/** What comes out of a container as an archive: nothing of it reaches beyond the folder it was asked into. */

import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough, type Readable } from 'node:stream'
import { pack, type Header } from 'tar-stream'
import t, { type Test } from 'tap'

import { unpackFiles } from '../../../lib/cli/file-archive.js'

type Item = Partial<Header> & { readonly name: string; readonly text?: string }

function archive(items: readonly Item[]): Readable {
  const made = pack()
  for (const { text, ...header } of items) made.entry({ mode: 0o644, ...header }, text ?? '')
  made.finalize()
  return made.pipe(new PassThrough())
}

const folder = (name: string): Item => ({ name, type: 'directory', mode: 0o755 })
const link = (name: string, linkname: string): Item => ({ name, type: 'symlink', linkname })

interface Ground {
  /** Beside it nothing may come or change. */
  readonly target: string
  readonly beside: string
  /** @returns what was said */
  readonly unpack: (...items: readonly Item[]) => Promise<string>
}

function ground(t: Test): Ground {
  const whole = mkdtempSync(join(tmpdir(), 'pk-archive-'))
  t.teardown(() => rmSync(whole, { recursive: true, force: true }))
  const [target, beside] = [join(whole, 'target'), join(whole, 'beside')]
  mkdirSync(beside)
  const unpack = async (...items: readonly Item[]): Promise<string> => {
    let notes = ''
    await unpackFiles(archive(items), target, (text) => (notes += text))
    return notes
  }
  return { target, beside, unpack }
}

await t.test('links that stay inside are made, and the ConfigMap volume of a pod is whole', async (t) => {
  const { target, unpack } = ground(t)
  const notes = await unpack(
    folder('config/'),
    link('config/..data', '..2026_01'),
    link('config/mode', '..data/mode'),
    folder('config/..2026_01'),
    { name: 'config/..2026_01/mode', text: 'fast' },
    folder('config/deep'),
    link('config/deep/up', '../mode'),
    link('config/deep/top', '..'),
    { name: 'config/twin', type: 'link', linkname: 'config/..2026_01/mode' },
  )
  t.equal(notes, '')
  for (const name of ['mode', 'deep/up', 'deep/top/mode', 'twin']) {
    t.equal(readFileSync(join(target, name), 'utf8'), 'fast', name)
  }
  t.equal(readlinkSync(join(target, '..data')), '..2026_01')
})

await t.test('links that lead out, by themselves or by way of another, are left out and named', async (t) => {
  const { target, beside, unpack } = ground(t)
  writeFileSync(join(beside, 'secret'), 'kept')
  const notes = await unpack(
    folder('x'),
    folder('x/a'),
    link('x/absolute', '/etc/passwd'),
    link('x/a/out', '../../beside'),
    link('x/a/s', '../low'),
    link('x/a/way', 's/../../beside'),
    { name: 'x/hard', type: 'link', linkname: 'x/../../beside/secret' },
    { name: 'x/soft', type: 'link', linkname: 'x/a/s' },
    folder('x/low'),
    { name: 'x/pipe', type: 'fifo' },
  )
  t.equal(
    notes,
    'podkeep: x/hard is left out: it is another name of a file that is not copied\n' +
      'podkeep: x/soft is left out: it is another name of a file that is not copied\n' +
      'podkeep: x/pipe is left out: it is a fifo, neither a file, a directory nor a link\n' +
      'podkeep: x/absolute is left out: it is a link to /etc/passwd, which leads out of what is copied\n' +
      'podkeep: x/a/out is left out: it is a link to ../../beside, which leads out of what is copied\n' +
      'podkeep: x/a/way is left out: it is a link to s/../../beside, which leads out of what is copied\n',
  )
  t.notOk(existsSync(join(target, 'a/out')))
  t.equal(readlinkSync(join(target, 'a/s')), '../low')
})

await t.test('nothing is written through a link, whoever made it', async (t) => {
  const { target, beside, unpack } = ground(t)
  mkdirSync(target)
  writeFileSync(join(beside, 'file'), 'kept')
  symlinkSync(beside, join(target, 'folder'))
  symlinkSync(join(beside, 'file'), join(target, 'file'))
  symlinkSync(beside, join(target, 'hard'))
  await unpack(
    folder('x'),
    { name: 'x/file', text: 'new' },
    { name: 'x/folder/file', text: 'new' },
    { name: 'x/hard/file', type: 'link', linkname: 'x/file' },
    link('x/way', '.'),
    link('x/way/deeper', '../file'),
  )
  t.equal(readFileSync(join(beside, 'file'), 'utf8'), 'kept')
  for (const name of ['file', 'folder/file', 'hard/file'])
    t.equal(readFileSync(join(target, name), 'utf8'), 'new', name)
  t.equal(readFileSync(join(target, 'way/deeper'), 'utf8'), 'new', 'a folder in the place of the link before')
  t.match(
    await unpack(folder('x'), link('x/folder', 'file')),
    /^podkeep: x\/folder is left out: .* and a directory stands there\n$/,
  )
  await t.rejects(unpack({ name: 'x/../../beside/file', text: 'new' }), {
    message: /^the container sends a file outside of .*: x\/\.\.\/\.\.\/beside\/file$/,
  })
  t.equal(readFileSync(join(beside, 'file'), 'utf8'), 'kept')
})
