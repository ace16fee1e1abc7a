import { execFileSync, spawn } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import { appendFileSync, closeSync, mkdirSync, mkdtempSync, openSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import { unlinkSync, utimesSync, writeFileSync, writeSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import t from 'tap'

import type { DirectoryScan } from '../../../lib/ports/index.js'
import { dueNames, files, newLedger, nextDueMs, noteWriting, record, recordDue } from '../../../lib/source/ledger.js'
import type { FileReading } from '../../../lib/source/read-file.js'
import { old, oldFile, renameInto, shell, watched } from './watched.js'

function isEmptyOther(
  { scans }: { readonly scans: readonly DirectoryScan[] },
  before: DirectoryScan | undefined,
): boolean {
  const now = scans.at(-1)
  if (now?.kind !== 'scanned' || before?.kind !== 'scanned') return false
  return now.files.length === 0 && now.directoryId !== before.directoryId
}

await t.test('the first scan says what each name is', async (t) => {
  const w = await watched(t, (directory) => {
    mkdirSync(directory)
    for (const name of ['web.yaml', 'db.yml', 'job.json', 'UPPER.YAML']) oldFile(join(directory, name), name)
    for (const name of ['web.yaml~', 'web.yaml.bak', '.web.yaml.swp', '#web.yaml#', 'web.yaml.dpkg-new', 'README.md'])
      oldFile(join(directory, name), name)
    mkdirSync(join(directory, 'folder.yaml'))
    mkdirSync(join(directory, 'folder'))
    symlinkSync('nowhere', join(directory, 'dangling.yaml'))
    symlinkSync('loop.yaml', join(directory, 'loop.yaml'))
    symlinkSync('web.yaml', join(directory, 'link.yaml'))
    symlinkSync('folder', join(directory, 'tofolder.yaml'))
    execFileSync('mkfifo', [join(directory, 'fifo.yaml'), join(directory, 'fifo')])
    writeFileSync(join(directory, 'large.yaml'), Buffer.alloc(2 * 2 ** 20 + 1))
    writeFileSync(join(directory, 'fits.yaml'), 'x'.repeat(2 * 2 ** 20))
    utimesSync(join(directory, 'fits.yaml'), old, old)
    oldFile(join(directory, 'empty.yaml'), '')
    writeFileSync(Buffer.concat([Buffer.from(`${directory}/bad`), Buffer.from([0xff]), Buffer.from('.yaml')]), 'x')
    const socket = createServer().listen(join(directory, 'socket.yaml'))
    t.teardown(() => socket.close())
  })
  const { 'fits.yaml': fits, ...rest } = w.now()
  t.equal(fits?.length, 2 * 2 ** 20, 'exactly the limit is read')
  t.strictSame(rest, {
    '#web.yaml#': "ignored: an editor's autosave or lock file",
    '.web.yaml.swp': 'ignored: a dot-file',
    'README.md': 'ignored: not named *.yaml, *.yml or *.json',
    'UPPER.YAML': 'UPPER.YAML',
    'bad\uFFFD.yaml': 'unreadable: its name is not valid UTF-8',
    'dangling.yaml': 'unreadable: a link to a file that does not exist',
    'db.yml': 'db.yml',
    'empty.yaml': '',
    fifo: 'ignored: not named *.yaml, *.yml or *.json',
    'fifo.yaml': 'unreadable: named like a manifest, but it is a FIFO (named pipe)',
    folder: 'ignored: a folder: only files directly in the directory are read',
    'folder.yaml': 'unreadable: named like a manifest, but it is a folder',
    'job.json': 'job.json',
    'large.yaml': 'unreadable: larger than 2 MiB, the limit for a manifest file',
    'link.yaml': 'web.yaml',
    'loop.yaml': 'unreadable: a link that leads back to itself',
    'socket.yaml': 'unreadable: named like a manifest, but it is a socket',
    'tofolder.yaml': 'unreadable: named like a manifest, but it is a folder',
    'web.yaml': 'web.yaml',
    'web.yaml.bak': 'ignored: a backup copy',
    'web.yaml.dpkg-new': "ignored: a package manager's copy",
    'web.yaml~': "ignored: an editor's backup copy",
  })
  t.strictSame(Object.keys(w.now()), Object.keys(w.now()).sort(), 'sorted by name')
  t.equal(w.scans.length, 1)
})

await t.test(
  'a file without permission is unreadable, and so is the directory',
  { skip: process.getuid?.() !== 0 },
  async (t) => {
    const w = await watched(t, (directory) => {
      mkdirSync(directory)
      oldFile(join(directory, 'web.yaml'), 'x')
      execFileSync('chmod', ['000', join(directory, 'web.yaml')])
      execFileSync('chmod', ['755', join(directory, '..')])
      process.seteuid?.(65534)
    })
    t.teardown(() => process.seteuid?.(0))
    t.strictSame(w.now(), { 'web.yaml': 'unreadable: podkeep has no permission to read it' })
    process.seteuid?.(0)
    execFileSync('chmod', ['000', w.directory])
    process.seteuid?.(65534)
    await w.until('the directory is unreadable', () => w.now()['']?.includes('no permission') === true)
    process.seteuid?.(0)
  },
)

await t.test('a file renamed into place is taken at once, also when every quiet time is endless', async (t) => {
  const w = await watched(t, undefined, { settleMs: 3_600_000 })
  renameInto(w, 'web.yaml', 'one')
  await w.until('it is there', () => w.now()['web.yaml'] === 'one')
  renameInto(w, 'web.yaml', 'two')
  await w.until('it is replaced', () => w.now()['web.yaml'] === 'two')
  renameSync(w.path('web.yaml'), w.path('site.yaml'))
  await w.until('it is at its new name only', () => w.now()['site.yaml'] === 'two' && !('web.yaml' in w.now()))
  execFileSync('ln', [w.path('site.yaml'), w.path('hard.yaml')])
  await w.until('a hard link is whole', () => w.now()['hard.yaml'] === 'two')
  t.strictSame(w.history('web.yaml'), ['none', 'one', 'two', 'none'])
})

await t.test('a file written in place is taken when it is quiet, never half', async (t) => {
  const w = await watched(t, undefined, { settleMs: 500 })
  const whole = 'first half, second half'
  for (const name of ['new.yaml', 'again.yaml', 'new.yaml']) {
    const fd = openSync(w.path(name), 'w')
    writeSync(fd, 'first half,')
    await delay(30)
    writeSync(fd, ' second half')
    closeSync(fd)
    await w.until(`${name} is whole`, () => w.now()[name] === whole)
  }
  for (let part = 0; part < 100; part++) {
    appendFileSync(w.path('many.yaml'), `${part},`)
    await delay(part % 10 === 0 ? 20 : 1)
  }
  await w.until('all small writes are in', () => w.now()['many.yaml']?.endsWith(',99,') === true)
  t.strictSame(w.history('new.yaml'), ['none', whole])
  t.strictSame(w.history('many.yaml').length, 2)
})

await t.test('what shells and editors do to save a file never shows a half or an absent one', async (t) => {
  const w = await watched(t, undefined, { settleMs: 400 })
  const text = (word: string): string => `${word} `.repeat(2_000)
  renameInto(w, 'web.yaml', text('zero'))
  await w.until('it is there', () => w.now()['web.yaml'] === text('zero'))
  const saves: Record<string, (word: string) => string> = {
    cat: (word) => `cat ../${word} > web.yaml`,
    cp: (word) => `cp ../${word} web.yaml`,
    mv: (word) => `mv ../${word} web.yaml`,
    'cp and mv in the directory': (word) => `cp ../${word} .web.yaml.tmp && mv .web.yaml.tmp web.yaml`,
    sed: (word) => `sed -i s/zero/${word}/g web.yaml && cp ../${word} web.yaml`,
    'vim, backup by renaming': (word) =>
      `touch 4913 && rm 4913 && mv web.yaml web.yaml~ && cat ../${word} > web.yaml && chmod 644 web.yaml && rm web.yaml~`,
    'emacs, lock and backup': (word) =>
      `ln -s me@host.1 .#web.yaml && cp -p web.yaml web.yaml~ && cat ../${word} > web.yaml && rm .#web.yaml`,
    'remove and create': (word) => `rm web.yaml && sleep 0.05 && cp ../${word} web.yaml`,
    'an own writer, part by part': (word) =>
      `: > web.yaml; head -c 3000 ../${word} >> web.yaml; sleep 0.03; tail -c +3001 ../${word} >> web.yaml`,
  }
  const words = Object.keys(saves).map((_name, index) => `word${index}`)
  for (const [index, [name, save]] of Object.entries(saves).entries()) {
    const word = words[index] ?? ''
    writeFileSync(join(w.outside, word), text(word))
    await shell(w, save(word))
    await w.until(`saved by ${name}`, () => w.now()['web.yaml'] === text(word))
  }
  t.strictSame(w.history('web.yaml'), ['none', ...['zero', ...words].map(text)])
})

await t.test(
  'a file that is written for ever keeps its previous content, and one that is only touched is taken',
  async (t) => {
    const w = await watched(t, undefined, { settleMs: 200 })
    renameInto(w, 'log.yaml', 'before')
    await w.until('it is there', () => w.now()['log.yaml'] === 'before')
    writeFileSync(w.path('touched.yaml'), 'same')
    for (let round = 0; round < 2_000 && w.now()['touched.yaml'] !== 'same'; round++) {
      appendFileSync(w.path('log.yaml'), 'x')
      utimesSync(w.path('touched.yaml'), new Date(), new Date())
      await delay(5)
    }
    t.equal(w.now()['touched.yaml'], 'same')
    t.equal(w.now()['log.yaml'], 'before')
  },
)

await t.test('a removed file is gone, one that comes back in time never was', async (t) => {
  const w = await watched(t)
  renameInto(w, 'a.yaml', 'a')
  renameInto(w, 'b.yaml', 'b')
  await w.until('both are there', () => w.now()['a.yaml'] === 'a' && w.now()['b.yaml'] === 'b')
  unlinkSync(w.path('a.yaml'))
  unlinkSync(w.path('b.yaml'))
  renameInto(w, 'b.yaml', 'b')
  await w.until('a is gone', () => !('a.yaml' in w.now()))
  t.strictSame(w.now(), { 'b.yaml': 'b' })
  t.strictSame(w.history('b.yaml'), ['none', 'b'])
  unlinkSync(w.path('b.yaml'))
  await w.until(
    'the directory is empty, and that is believed',
    () => w.scans.at(-1)?.kind === 'scanned' && !('b.yaml' in w.now()),
  )
})

await t.test('a file that becomes unreadable is told as such, and back', async (t) => {
  const w = await watched(t)
  renameInto(w, 'web.yaml', 'x')
  await w.until('it is there', () => 'web.yaml' in w.now())
  await shell(w, 'rm web.yaml && mkfifo web.yaml')
  await w.until('it is a FIFO', () => w.now()['web.yaml']?.includes('FIFO') === true)
  renameInto(w, 'web.yaml', 'x')
  await w.until('it is a file', () => w.now()['web.yaml'] === 'x')
  t.strictSame(w.history('web.yaml').includes('none'), true)
  t.strictSame(w.history('web.yaml').filter((text) => text === 'none').length, 1)
})

await t.test('a link swap as in a Kubernetes config volume is taken at once', async (t) => {
  const w = await watched(
    t,
    (directory) => {
      mkdirSync(join(directory, '..one'), { recursive: true })
      oldFile(join(directory, '..one', 'web.yaml'), 'one')
      symlinkSync('..one', join(directory, '..data'))
      symlinkSync('..data/web.yaml', join(directory, 'web.yaml'))
    },
    { settleMs: 3_600_000 },
  )
  t.equal(w.now()['web.yaml'], 'one')
  mkdirSync(w.path('..two'))
  writeFileSync(w.path('..two/web.yaml'), 'two')
  symlinkSync('..two', w.path('..data_tmp'))
  renameSync(w.path('..data_tmp'), w.path('..data'))
  await w.until('the new one is there', () => w.now()['web.yaml'] === 'two')
})

await t.test('what lies behind a link is watched', async (t) => {
  const w = await watched(t)
  const target = join(w.outside, 'target')
  writeFileSync(target, 'one')
  symlinkSync('../target', w.path('web.yaml'))
  await w.until('it is there', () => w.now()['web.yaml'] === 'one')
  for (const text of ['two', 'three']) {
    writeFileSync(target, text)
    await w.until('a write is seen', () => w.now()['web.yaml'] === text)
    writeFileSync(`${target}.new`, `${text} renamed`)
    renameSync(`${target}.new`, target)
    await w.until('a rename is seen', () => w.now()['web.yaml'] === `${text} renamed`)
  }
})

await t.test('a directory that is not there, comes, goes and is replaced', async (t) => {
  const w = await watched(t, () => undefined, { checkMs: 100 })
  t.match(w.scans[0], { kind: 'unreadable', message: /does not exist/, suggestion: /mkdir -p/ })
  mkdirSync(w.directory)
  await w.until('it is empty', () => w.scans.at(-1)?.kind === 'scanned')
  renameInto(w, 'a.yaml', 'a')
  await w.until('a is there', () => w.now()['a.yaml'] === 'a')

  const first = w.scans.at(-1)
  rmSync(w.directory, { recursive: true })
  await w.until('it is away', () => w.now()['']?.includes('does not exist') === true)
  mkdirSync(w.directory)
  await w.until('an empty one says that it is another', () => isEmptyOther(w, first))
  const ids = w.scans.flatMap((scan) => (scan.kind === 'scanned' && scan.files.length > 0 ? [scan.directoryId] : []))
  t.equal(new Set(ids).size, 1, 'the files of the one before are never said to be in it')
  renameInto(w, 'a.yaml', 'a')
  await w.until('it is filled again', () => w.now()['a.yaml'] === 'a')

  const other = join(w.outside, 'other')
  mkdirSync(other)
  writeFileSync(join(other, 'a.yaml'), 'a')
  writeFileSync(join(other, 'b.yaml'), 'b')
  renameSync(w.directory, join(w.outside, 'before'))
  renameSync(other, w.directory)
  await w.until('it was swapped', () => w.now()['b.yaml'] === 'b')
  renameInto(w, 'c.yaml', 'c')
  await w.until('and is still watched', () => w.now()['c.yaml'] === 'c')

  rmSync(w.directory, { recursive: true })
  writeFileSync(w.directory, 'a file')
  await w.until('it is a file', () => w.now()['']?.includes('is not a directory') === true)
})

await t.test('a link to a directory may be led elsewhere', async (t) => {
  const w = await watched(
    t,
    (directory) => {
      for (const release of ['one', 'two', 'none']) mkdirSync(`${directory}-${release}`)
      oldFile(join(`${directory}-one`, 'web.yaml'), 'one')
      oldFile(join(`${directory}-two`, 'web.yaml'), 'two')
      symlinkSync(`${directory}-one`, directory)
    },
    { checkMs: 50 },
  )
  const lead = (release: string): void => {
    symlinkSync(`${w.directory}-${release}`, `${w.directory}-link`)
    renameSync(`${w.directory}-link`, w.directory)
  }
  t.strictSame(w.now(), { 'web.yaml': 'one' })
  lead('two')
  await w.until('the other is there', () => w.now()['web.yaml'] === 'two')
  writeFileSync(join(`${w.directory}-two`, 'web.yaml'), 'three')
  await w.until('and watched', () => w.now()['web.yaml'] === 'three')
  const filled = w.scans.at(-1)
  lead('none')
  await w.until('an empty one says that it is another', () => isEmptyOther(w, filled))
  lead('one')
  await w.until('back', () => w.now()['web.yaml'] === 'one')
})

await t.test(
  'a directory from which a file system was unmounted is another one',
  { skip: process.getuid?.() !== 0 },
  async (t) => {
    const w = await watched(
      t,
      (directory) => {
        mkdirSync(directory)
        execFileSync('mount', ['-t', 'tmpfs', 'podkeep-test', directory])
        oldFile(join(directory, 'web.yaml'), 'x')
      },
      { checkMs: 50 },
    )
    t.strictSame(w.now(), { 'web.yaml': 'x' })
    const mounted = w.scans.at(-1)
    execFileSync('umount', ['-l', w.directory])
    await w.until('it is another', () => isEmptyOther(w, mounted))
    execFileSync('mount', ['-t', 'tmpfs', 'podkeep-test', w.directory])
    t.teardown(() => execFileSync('umount', [w.directory]))
    oldFile(w.path('web.yaml'), 'y')
    await w.until('it is back', () => w.now()['web.yaml'] === 'y')
  },
)

await t.test('what no event tells is found by the rescan', async (t) => {
  const w = await watched(
    t,
    (directory) => {
      mkdirSync(directory)
      oldFile(join(directory, 'web.yaml'), 'one')
      mkdirSync(join(directory, '..', 'away'))
      oldFile(join(directory, '..', 'away', 'web.yaml'), 'away')
      symlinkSync('../away/web.yaml', join(directory, 'link.yaml'))
    },
    { rescanMs: 50 },
  )
  oldFile(join(w.outside, 'later'), 'elsewhere')
  renameSync(join(w.outside, 'away'), join(w.outside, 'away-before'))
  mkdirSync(join(w.outside, 'away'))
  renameSync(join(w.outside, 'later'), join(w.outside, 'away', 'web.yaml'))
  await w.until('the other file is read', () => w.now()['link.yaml'] === 'elsewhere')
  t.equal(w.now()['web.yaml'], 'one')
})

await t.test('a first scan waits for a file that is being written, for its pods may be running', async (t) => {
  const w = await watched(
    t,
    (directory) => {
      mkdirSync(directory)
      const writer = spawn('/bin/sh', ['-c', 'for i in 1 2 3 4; do echo $i >> web.yaml; sleep 0.05; done'], {
        cwd: directory,
      })
      t.teardown(() => writer.kill())
      while (!execFileSync('ls', [directory]).includes('web.yaml'));
    },
    { settleMs: 500 },
  )
  t.strictSame(w.history('web.yaml'), ['1\n2\n3\n4\n'])
})

await t.test('one edit among many files reads one file, and a storm of files comes through whole', async (t) => {
  const w = await watched(t, (directory) => {
    mkdirSync(directory)
    for (let index = 0; index < 2_000; index++) oldFile(join(directory, `pod-${index}.yaml`), `${index}`)
  })
  t.equal(Object.keys(w.now()).length, 2_000)
  const before = w.scans.at(-1)
  renameInto(w, 'pod-7.yaml', 'changed')
  await w.until('it is changed', () => w.now()['pod-7.yaml'] === 'changed')
  const after = w.scans.at(-1)
  if (before?.kind !== 'scanned' || after?.kind !== 'scanned') throw new Error('not scanned')
  t.equal(after.files.filter((file, index) => file !== before.files[index]).length, 1, 'the others are the very same')
  t.equal(w.scans.length, 2)
  for (let index = 0; index < 2_000; index++) {
    if (index % 2 === 0) renameInto(w, `more-${index}.yaml`, `${index}`)
    else writeFileSync(w.path(`more-${index}.yaml`), `${index}`)
  }
  await w.until('all are there', () => Object.keys(w.now()).length === 4_000)
  t.equal(w.now()['more-1999.yaml'], '1999')
})

await t.test('more than the memory allows is refused by name, and what is there stays', async (t) => {
  const w = await watched(t, undefined, { maxTotalBytes: 10 })
  renameInto(w, 'a.yaml', '12345678')
  await w.until('it is there', () => 'a.yaml' in w.now())
  renameInto(w, 'b.yaml', '123')
  await w.until('it is refused', () => w.now()['b.yaml']?.includes('more manifests than') === true)
  unlinkSync(w.path('a.yaml'))
  await w.until('a is gone', () => !('a.yaml' in w.now()))
  renameInto(w, 'b.yaml', '124')
  await w.until('there is room now', () => w.now()['b.yaml'] === '124')
})

await t.test('the same content is no news, and after close there is none', async (t) => {
  const w = await watched(t)
  renameInto(w, 'a.yaml', 'a')
  await w.until('it is there', () => 'a.yaml' in w.now())
  const count = w.scans.length
  renameInto(w, 'a.yaml', 'a')
  utimesSync(w.path('a.yaml'), old, old)
  renameInto(w, 'b.yaml', 'b')
  await w.until('b is there', () => 'b.yaml' in w.now())
  t.equal(w.scans.length, count + 1)
  await w.source.close()
  renameInto(w, 'c.yaml', 'c')
  await delay(400)
  t.equal(w.scans.length, count + 1)
})

await t.test('a reading does not settle what was written after it', (t) => {
  const read = (text: string): FileReading => ({
    kind: 'found',
    file: { kind: 'read', name: 'a', bytes: Buffer.from(text), fingerprint: text },
    stamp: text,
    inode: '1',
    isLink: false,
    isFolder: false,
    modifiedAtMs: 0,
    endsInWrite: false,
  })
  const settleMs = 100
  const ledger = newLedger(settleMs, 1_000)
  record(ledger, 'a', read('one'), 'whole', 0)
  noteWriting(ledger, 'a', 10)
  record(ledger, 'a', read('one'), 'writing', 11)
  t.strictSame(dueNames(ledger, 110), ['a'], 'the same bytes as before the write')
  noteWriting(ledger, 'a', 109)
  recordDue(ledger, 'a', read('two'), 110)
  t.match(files(ledger, 110), [{ fingerprint: 'one' }], 'an event came between')
  for (let nowMs = 120; nowMs < 2_000; nowMs += 50) {
    noteWriting(ledger, 'a', nowMs)
    for (const name of dueNames(ledger, nowMs + 1)) recordDue(ledger, name, read('three'), nowMs + 1)
  }
  t.match(
    files(ledger, 2_000),
    [{ fingerprint: 'three', waitsFor: undefined }],
    'it is written for ever, always the same',
  )
  t.strictSame(dueNames(ledger, 3_000), ['a'])
  recordDue(ledger, 'a', read('four'), 3_000)
  t.match(files(ledger, 3_000), [{ fingerprint: 'four' }], 'and what comes after is not lost')
  t.equal(nextDueMs(ledger), null)
  t.end()
})

await t.test('where the kernel gives no events, files are found all the same, and a warning says so', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'podkeep-source-'))
  t.teardown(() => {
    rmSync(folder, { recursive: true, force: true })
  })
  const noWatches = 'echo 0 > /proc/sys/user/max_inotify_watches && exec "$@"'
  const program = join(import.meta.dirname, 'print-scans.js')
  const child = spawn(
    'unshare',
    ['--user', '--map-root-user', 'sh', '-c', noWatches, 'sh', process.execPath, program, folder],
    { stdio: ['pipe', 'pipe', 'ignore'] },
  )
  t.teardown(() => child.kill('SIGKILL'))
  const lines: string[] = []
  const heard = new EventEmitter()
  const ended = new Promise((resolve) => child.once('close', resolve))
  createInterface(child.stdout).on('line', (line) => {
    lines.push(line)
    heard.emit('line')
  })
  const next = (): Promise<unknown> => Promise.race([ended, once(heard, 'line')])
  const told = async (line: string): Promise<boolean> => {
    while (!lines.includes(line) && child.exitCode === null) await next()
    return lines.includes(line)
  }
  if (!(await told('scan '))) {
    t.pass('this machine has no user namespaces to take the events away in', { skip: true })
    return
  }
  oldFile(join(folder, 'web.yaml'), 'x')
  await told('scan web.yaml')
  t.strictSame(lines, ['warn no file events: looking every 2 s instead', 'scan ', 'scan web.yaml'])
  child.stdin.end()
  await ended
})
