/** Volumes whose files podkeep writes: what whoever looks at them sees, at any moment. */

import { execFileSync, spawn } from 'node:child_process'
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import fileSystem from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'
import { join } from 'node:path'
import t from 'tap'

import { podUid, type VolumeFile, type WrittenVolume } from '../../../lib/pod/index.js'
import { LocalVolumeStore } from '../../../lib/volume/index.js'
import { rememberingLogger, silentLogger } from '../../support/logger.js'
import { volumeStore } from '../../support/volume-store.js'

const uid = podUid('9d1c1b0e-0000-4000-8000-000000000002')
const isRoot = process.getuid?.() === 0
const configMap: WrittenVolume = { kind: 'configMap', isInMemory: false, fsGroup: null }
const secret: WrittenVolume = { kind: 'secret', isInMemory: true, fsGroup: null }

function file(path: string, text: string, mode = 0o644): VolumeFile {
  return { path, mode, bytes: Buffer.from(text) }
}

const modeOf = (path: string): number => statSync(path).mode & 0o7777
const mountsBelow = (folder: string): string[] =>
  readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .filter((line) => line.includes(folder))

await t.test('files are there with their modes, whatever the umask, in the kubelet’s layout', async (t) => {
  const { pods, store } = volumeStore(t)
  const before = process.umask(0o077)
  t.teardown(() => process.umask(before))
  const files = [
    file('app.conf', 'a=1\n'),
    file('keys/tls/key', 'k', 0o400),
    file('run', '#!', 0o755),
    file('none', ''),
  ]
  const path = await store.write(uid, 'config', files, configMap)
  t.equal(path, join(pods, uid, 'volumes', 'kubernetes.io~configmap', 'config'))
  t.equal(readFileSync(join(path, 'app.conf'), 'utf8'), 'a=1\n')
  t.equal(readFileSync(join(path, 'keys/tls/key'), 'utf8'), 'k')
  t.equal(readFileSync(join(path, 'none'), 'utf8'), '')
  t.strictSame(
    ['app.conf', 'keys/tls/key', 'run', 'keys', 'keys/tls', '', '..data/'].map((name) => modeOf(join(path, name))),
    [0o644, 0o400, 0o755, 0o755, 0o755, 0o755, 0o755],
  )
  t.equal(readlinkSync(join(path, 'app.conf')), '..data/app.conf')
  t.match(readlinkSync(join(path, '..data')), /^\.\.\d{4}_\d\d_\d\d_\d\d_\d\d_\d\d\.\w+$/)
  const names = readdirSync(path).filter((name) => !name.startsWith('..'))
  t.strictSame(names, ['app.conf', 'keys', 'none', 'run'])
})

await t.test('each kind has the kubelet’s folder, and a volume without files is an empty one', async (t) => {
  const { pods, store } = volumeStore(t)
  const kinds = {
    configMap: 'configmap',
    secret: 'secret',
    downwardAPI: 'downward-api',
    projected: 'projected',
  } as const
  for (const [kind, folder] of Object.entries(kinds)) {
    const how = { ...configMap, kind: kind as keyof typeof kinds }
    const path = await store.write(uid, 'v', [], how)
    t.equal(path, join(pods, uid, 'volumes', `kubernetes.io~${folder}`, 'v'))
    t.strictSame(
      readdirSync(path).filter((name) => !name.startsWith('..')),
      [],
    )
  }
})

await t.test('what is so already is not written again; mode, content and names count', async (t) => {
  const { store } = volumeStore(t)
  const files = [file('a', '1'), file('dir/b', '2')]
  const path = await store.write(uid, 'config', files, configMap)
  const shown = (): string => readlinkSync(join(path, '..data'))
  let before = shown()
  const changed = lstatSync(join(path, '..data')).ctimeMs
  await store.write(uid, 'config', [...files].reverse(), configMap)
  t.equal(shown(), before)
  t.equal(lstatSync(join(path, '..data')).ctimeMs, changed)
  const changes: VolumeFile[][] = [
    [file('a', '1'), file('dir/b', '2', 0o600)],
    [file('a', '1'), file('dir/b', '3', 0o600)],
    [file('a', '1')],
    [file('a', '1'), file('c', '')],
    [],
  ]
  for (const next of changes) {
    await store.write(uid, 'config', next, configMap)
    t.not(shown(), before)
    before = shown()
    t.strictSame(
      readdirSync(path).filter((name) => !name.startsWith('..')),
      next.map((one) => one.path.split('/')[0]),
    )
    t.strictSame(
      readdirSync(path)
        .filter((name) => name.startsWith('..'))
        .sort(),
      ['..data', before].sort(),
      'the old folder is gone',
    )
  }
})

await t.test('a change is one moment: a reader never sees some of the old files and some of the new', async (t) => {
  const { store } = volumeStore(t)
  const names = ['a', 'b', 'c', 'd']
  const generation = (n: number): VolumeFile[] => names.map((name) => file(name, `${n}\n`))
  const path = await store.write(uid, 'config', generation(0), configMap)
  // The shell enters the folder that ..data leads to and stays in it; when it is removed under its feet it looks again.
  const script = `while [ ! -e "$0/../stop" ]; do set -- $(cd -P "$0/..data" && cat a b c d 2>/dev/null) ; [ $# -lt 4 ] || { [ "$1$1$1$1" = "$1$2$3$4" ] && echo whole || echo "torn $*" ; } ; done`
  const reader = spawn('/bin/sh', ['-c', script, path], { stdio: ['ignore', 'pipe', 'ignore'] })
  let seen = ''
  reader.stdout.on('data', (text: Buffer) => (seen += text.toString()))
  const ended = new Promise((resolve) => reader.on('close', resolve))
  for (let n = 1; n <= 100 || !seen.includes('whole'); n++) await store.write(uid, 'config', generation(n), configMap)
  writeFileSync(join(path, '..', 'stop'), '')
  await ended
  t.match(seen, /whole/)
  t.notMatch(seen, /torn/)
})

await t.test(
  'killed at any instruction, the old or the new files are there whole, and the next write clears up',
  async (t) => {
    const { pods, store } = volumeStore(t)
    const names = ['a', 'b']
    const files = (text: string): VolumeFile[] =>
      names.map((name) => file(`${name}-${text}`, text)).concat(file('c', text))
    let callsLeft = Infinity
    let onDeath = (): void => {}
    const real = { ...fileSystem }
    const setFileSystem = (calls: object): void => {
      Object.assign(fileSystem, calls)
      syncBuiltinESMExports()
    }
    // Who was killed asks the file system for nothing more.
    const mortal = Object.entries(real).flatMap(([name, call]) => {
      if (typeof call !== 'function') return []
      const ask = (...args: unknown[]): unknown => {
        if (--callsLeft >= 0) return Reflect.apply(call, fileSystem, args)
        onDeath()
        return new Promise(() => undefined)
      }
      return [[name, ask] as const]
    })
    setFileSystem(Object.fromEntries(mortal))
    t.teardown(() => {
      setFileSystem(real)
    })
    const seen = { old: 0, new: 0 }
    for (let calls = 1, isWhole = false; !isWhole; calls++) {
      const path = await store.write(uid, 'config', files('old'), configMap)
      const death = new Promise<boolean>((resolve) => {
        onDeath = () => {
          resolve(false)
        }
      })
      callsLeft = calls
      const killed = new LocalVolumeStore({ podsDirectory: pods, logger: silentLogger })
      isWhole = await Promise.race([killed.write(uid, 'config', files('new'), configMap).then(() => true), death])
      callsLeft = Infinity
      const text = readFileSync(join(path, '..data', 'c'), 'utf8') as 'old' | 'new'
      seen[text] += 1
      for (const name of names)
        t.equal(readFileSync(join(path, '..data', `${name}-${text}`), 'utf8'), text, `call ${calls}`)
      t.equal(readdirSync(join(path, '..data')).length, 3)
      await store.write(uid, 'config', files(text), configMap)
      t.strictSame(
        readdirSync(path).sort(),
        ['..data', readlinkSync(join(path, '..data')), `a-${text}`, `b-${text}`, 'c'].sort(),
        `cleared up after call ${calls}`,
      )
    }
    t.ok(seen.old > 10 && seen.new > 4, `${seen.old} and ${seen.new}`)
  },
)

await t.test('what a crash or a hand left is put right, also when nothing is to be written', async (t) => {
  const { root, store } = volumeStore(t)
  const files = [file('a', '1'), file('b', '2')]
  const path = await store.write(uid, 'config', files, configMap)
  const shown = readlinkSync(join(path, '..data'))
  mkdirSync(join(path, '..2020_01_01_00_00_00.half'))
  symlinkSync('..2020_01_01_00_00_00.half', join(path, '..data_tmp'))
  rmSync(join(path, 'a'))
  rmSync(join(path, 'b'))
  writeFileSync(join(path, 'b'), 'by hand')
  writeFileSync(join(root, 'precious'), 'x')
  symlinkSync(join(root, 'precious'), join(path, 'stray'))
  await store.write(uid, 'config', files, configMap)
  t.strictSame(readdirSync(path).sort(), ['..data', shown, 'a', 'b'].sort())
  t.equal(readFileSync(join(path, 'b'), 'utf8'), '2')
  t.ok(existsSync(join(root, 'precious')))
  writeFileSync(join(path, shown, 'a'), 'by hand')
  await store.write(uid, 'config', files, configMap)
  t.equal(readFileSync(join(path, 'a'), 'utf8'), '1')
})

await t.test('one that cannot be written again is found as it stands, if something whole stands there', async (t) => {
  const { store } = volumeStore(t)
  const volume = { kind: 'configMap', name: 'config', sources: [] } as const
  const absent = { code: 'VOLUME_FAILED', message: 'nothing was written into volume "config" yet' }
  await t.rejects(store.prepare(uid, volume), absent)
  const path = await store.write(uid, 'config', [file('a', '1')], configMap)
  t.equal(await store.prepare(uid, volume), path)
  t.equal(readFileSync(join(path, 'a'), 'utf8'), '1')
  rmSync(join(path, readlinkSync(join(path, '..data'))), { recursive: true })
  await t.rejects(store.prepare(uid, volume), absent, 'a link to nothing')
})

await t.test('a full disk leaves the old files whole and says so', { skip: !isRoot && 'needs a mount' }, async (t) => {
  const { root } = volumeStore(t)
  const small = join(root, 'small')
  mkdirSync(small)
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k,nr_inodes=64', 'tmpfs', small])
  t.teardown(() => execFileSync('umount', ['-l', small]))
  const store = new LocalVolumeStore({ podsDirectory: join(small, 'pods'), logger: silentLogger })
  const path = await store.write(uid, 'config', [file('a', 'old'), file('b', 'old')], configMap)
  const before = readdirSync(path)
  const tooMuch = [file('a', 'new'), file('b', 'x'.repeat(512 * 1024))]
  await t.rejects(store.write(uid, 'config', tooMuch, configMap), {
    code: 'HOST_DISK_FULL',
    message: /^cannot write configMap volume "config": ENOSPC: no space left on device/,
  })
  t.strictSame(readdirSync(path), before, 'nothing half is left')
  t.equal(readFileSync(join(path, 'a'), 'utf8'), 'old')
  const tooMany = Array.from({ length: 100 }, (_, n) => file(`f${n}`, ''))
  await t.rejects(store.write(uid, 'config', tooMany, configMap), { code: 'HOST_DISK_FULL' })
  t.strictSame(readdirSync(path), before)
  // Whatever it is that finds no room any more, one inode after the other.
  const fillers: string[] = []
  for (let isFull = false; !isFull;) {
    await store.write(uid, 'config', [file('a', 'old')], configMap)
    const filler = join(small, `filler-${fillers.length}`)
    try {
      writeFileSync(filler, '')
      fillers.push(filler)
      await store.write(uid, 'config', [file('a', 'new'), file('n', 'new')], configMap)
    } catch {
      t.equal(readFileSync(join(path, 'a'), 'utf8'), 'old')
      t.strictSame(
        readdirSync(path).filter((name) => !name.startsWith('..')),
        ['a'],
      )
      isFull = !existsSync(filler)
    }
  }
  for (const filler of fillers) rmSync(filler)
  await store.write(uid, 'config', [file('a', 'new')], configMap)
  t.equal(readFileSync(join(path, 'a'), 'utf8'), 'new')
})

await t.test(
  'a secret is in memory where podkeep is root, and leaves with the pod',
  { skip: !isRoot && 'needs root' },
  async (t) => {
    const { pods, store } = volumeStore(t)
    const path = await store.write(uid, 'key', [file('password', 's3cret', 0o400)], secret)
    t.match(mountsBelow(pods), [/ tmpfs /])
    t.equal(modeOf(path), 0o755)
    await store.write(uid, 'key', [file('password', 'other')], secret)
    t.equal(mountsBelow(pods).length, 1)
    execFileSync('umount', [path])
    t.strictSame(readdirSync(path), [], 'nothing of it is on the disk')
    await store.write(uid, 'key', [file('password', 'other')], secret)
    t.equal(readFileSync(join(path, 'password'), 'utf8'), 'other', 'as after a reboot')
    await store.removePod(uid)
    t.strictSame(mountsBelow(pods), [])
    t.notOk(existsSync(join(pods, uid)))
  },
)

await t.test('who is not root keeps a secret on the disk, and the log says so once', async (t) => {
  const { logger, lines } = rememberingLogger()
  const { pods, store } = volumeStore(t, logger)
  const getuid = process.getuid
  process.getuid = () => 1000
  t.teardown(() => Object.assign(process, { getuid }))
  const path = await store.write(uid, 'key', [file('password', 's3cret', 0o400)], secret)
  await store.write(uid, 'key', [file('password', 'other', 0o400)], secret)
  t.equal(readFileSync(join(path, 'password'), 'utf8'), 'other')
  t.strictSame(mountsBelow(pods), [])
  t.strictSame(
    lines.map(({ phrase }) => phrase),
    ['volumes with secrets are written to the disk'],
  )
  t.notMatch(JSON.stringify(lines), /s3cret|other"/)
})

await t.test(
  'fsGroup owns the files and may read them, before anybody sees them',
  { skip: !isRoot && 'needs root' },
  async (t) => {
    const { store } = volumeStore(t)
    const files = [file('dir/key', 'k', 0o400), file('conf', 'c')]
    const path = await store.write(uid, 'config', files, { ...configMap, fsGroup: 2000 })
    const ownerOf = (name: string): [number, number] => [statSync(join(path, name)).gid, modeOf(join(path, name))]
    t.strictSame(['dir/key', 'conf', 'dir', '.', '..data/'].map(ownerOf), [
      [2000, 0o440],
      [2000, 0o644],
      [2000, 0o2755],
      [2000, 0o2755],
      [2000, 0o2755],
    ])
    const shown = readlinkSync(join(path, '..data'))
    await store.write(uid, 'config', files, { ...configMap, fsGroup: 2000 })
    t.equal(readlinkSync(join(path, '..data')), shown)
    await store.write(uid, 'config', files, configMap)
    t.strictSame(['dir/key', 'conf', 'dir', '.'].map(ownerOf), [
      [0, 0o400],
      [0, 0o644],
      [0, 0o755],
      [0, 0o755],
    ])
  },
)

await t.test('no file leads out of its volume', async (t) => {
  const { root, store } = volumeStore(t)
  const long = 'x'.repeat(256)
  const bad: [string, string][] = [
    ['', 'it has no name'],
    ['/etc/passwd', 'it is an absolute path'],
    ['../up', 'it contains ".."'],
    ['a/../../up', 'it contains ".."'],
    ['a/..', 'it contains ".."'],
    ['..data', 'names that begin with ".." are podkeep’s own'],
    ['..hidden/file', 'names that begin with ".." are podkeep’s own'],
    ['a//b', 'it has an empty name or "." in it'],
    ['a/', 'it has an empty name or "." in it'],
    ['./a', 'it has an empty name or "." in it'],
    ['a\0b', 'it contains a NUL'],
    [long, 'a name in it is longer than 255 bytes'],
    ['é'.repeat(128), 'a name in it is longer than 255 bytes'],
    ['a/'.repeat(2048) + 'b', 'it is longer than 4096 bytes'],
  ]
  for (const [path, why] of bad) {
    await t.rejects(
      store.write(uid, 'config', [file(path, 'x')], configMap),
      { code: 'VOLUME_FAILED', message: `${JSON.stringify(path)} cannot be a file of a volume: ${why}` },
      path.slice(0, 40),
    )
  }
  await t.rejects(store.write(uid, 'config', [file('a/b', ''), file('a', '')], configMap), {
    code: 'VOLUME_FAILED',
    message: '"a" cannot be a file of a volume: other files are below it; give one of them another path under items',
  })
  for (const name of ['..', '../up', 'a/b', '']) {
    await t.rejects(store.write(uid, name, [], configMap), { code: 'VOLUME_FAILED', message: /cannot name a folder/ })
  }
  t.strictSame(
    readdirSync(root).filter((name) => name !== 'pods'),
    [],
  )
})

await t.test('a later file of the same path counts, and a name may begin with a dot', async (t) => {
  const { store } = volumeStore(t)
  const path = await store.write(uid, 'config', [file('a', '1'), file('.hidden', 'h'), file('a', '2')], configMap)
  t.equal(readFileSync(join(path, 'a'), 'utf8'), '2')
  t.equal(readFileSync(join(path, '.hidden'), 'utf8'), 'h')
})
