import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { existsSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import t from 'tap'

import { podUid, type LocalVolume, type HostPathType } from '../../../lib/pod/index.js'
import { LocalVolumeStore } from '../../../lib/volume/index.js'
import { rememberingLogger, silentLogger } from '../../support/logger.js'
import { volumeStore } from '../../support/volume-store.js'

const uid = podUid('9d1c1b0e-0000-4000-8000-000000000001')
const isRoot = process.getuid?.() === 0

function emptyDir(name: string, medium: '' | 'Memory' = '', sizeLimitBytes: number | null = null): LocalVolume {
  return { kind: 'emptyDir', name, medium, sizeLimitBytes }
}

function hostPath(path: string, type: HostPathType): LocalVolume {
  return { kind: 'hostPath', name: 'data', path, type }
}

const modeOf = (path: string): number => statSync(path).mode & 0o7777

await t.test('an emptyDir is a folder for everybody, whatever the umask, and keeps its content', async (t) => {
  const { pods, store } = volumeStore(t)
  const before = process.umask(0o077)
  t.teardown(() => process.umask(before))
  const path = await store.prepare(uid, emptyDir('cache'))
  t.equal(path, join(pods, uid, 'volumes', 'kubernetes.io~empty-dir', 'cache'))
  t.equal(modeOf(path), 0o777)
  t.equal(modeOf(join(pods, uid)) & 0o027, 0, 'others cannot look in')
  writeFileSync(join(path, 'kept'), 'yes')
  t.equal(await store.prepare(uid, emptyDir('cache')), path)
  t.equal(readFileSync(join(path, 'kept'), 'utf8'), 'yes')
  t.strictSame(await store.list(), [uid])
  await store.removePod(uid)
  await store.removePod(uid)
  t.strictSame(await store.list(), [])
})

await t.test(
  'an emptyDir in memory is a tmpfs of the wanted size, mounted once, and unmounted with the pod',
  { skip: !isRoot },
  async (t) => {
    const { pods, store } = volumeStore(t)
    const volume = emptyDir('with space', 'Memory', 1 << 20)
    await t.rejects(store.prepare(uid, volume), { code: 'VOLUME_FAILED' })
    const inMemory = emptyDir('shm', 'Memory', 1 << 20)
    const [path] = await Promise.all([store.prepare(uid, inMemory), store.prepare(uid, inMemory)])
    const mounts = (): string[] =>
      readFileSync('/proc/self/mountinfo', 'utf8')
        .split('\n')
        .filter((line) => line.includes(pods))
    t.equal(mounts().length, 1)
    t.match(mounts()[0], /tmpfs.*size=1024k/)
    t.equal(modeOf(path), 0o777)
    t.throws(
      () => {
        writeFileSync(join(path, 'large'), Buffer.alloc(2 << 20))
      },
      { code: 'ENOSPC' },
    )
    const inUse = execFileSync('/bin/sh', ['-c', `cd ${path} && sleep 30 >/dev/null 2>&1 & echo $!`])
      .toString()
      .trim()
    t.teardown(() => process.kill(Number(inUse)))
    await store.removePod(uid)
    t.equal(mounts().length, 0, 'also while somebody uses it')
    t.notOk(existsSync(join(pods, uid)))
  },
)

await t.test('without root an emptyDir in memory says what to do', { skip: !isRoot }, async (t) => {
  const { store } = volumeStore(t)
  const getuid = process.getuid
  process.getuid = () => 1000
  t.teardown(() => Object.assign(process, { getuid }))
  await t.rejects(store.prepare(uid, emptyDir('shm', 'Memory')), {
    code: 'VOLUME_FAILED',
    message: /only root may mount/,
  })
})

await t.test('removing a pod leaves alone what its links and mounts lead to', async (t) => {
  const { root, pods, store } = volumeStore(t)
  const path = await store.prepare(uid, emptyDir('cache'))
  const precious = join(root, 'precious')
  mkdirSync(precious)
  writeFileSync(join(precious, 'file'), 'x')
  symlinkSync(precious, join(path, 'link'))
  symlinkSync(join(precious, 'file'), join(path, 'file'))
  if (isRoot) {
    mkdirSync(join(path, 'bind mount'))
    execFileSync('mount', ['--bind', precious, join(path, 'bind mount')])
    execFileSync('mount', ['--bind', precious, join(path, 'bind mount')])
  }
  await store.removePod(uid)
  t.strictSame(readdirSync(precious), ['file'])
  t.strictSame(readdirSync(pods), [])
  symlinkSync(precious, join(pods, uid))
  t.strictSame(await store.list(), [], 'a link is not a pod')
  await store.removePod(uid)
  t.strictSame(readdirSync(precious), ['file'])
})

await t.test('no name leads out of the pods directory', async (t) => {
  const { root, store } = volumeStore(t)
  writeFileSync(join(root, 'precious'), 'x')
  for (const bad of ['..', '.', '', '../precious', '/etc', 'a/b', 'a\0b', '.hidden', 'x'.repeat(200)]) {
    await t.rejects(store.removePod(podUid(bad)), { code: 'VOLUME_FAILED', message: /cannot name a folder/ }, bad)
    await t.rejects(store.prepare(podUid(bad), emptyDir('a')), { code: 'VOLUME_FAILED' }, bad)
    await t.rejects(store.prepare(uid, emptyDir(bad)), { code: 'VOLUME_FAILED' }, bad)
  }
  t.ok(existsSync(join(root, 'precious')))
})

await t.test('a hostPath of each type takes what it wants and says what it found instead', async (t) => {
  const { root, store } = volumeStore(t)
  const paths = {
    directory: join(root, 'directory'),
    file: join(root, 'file'),
    socket: join(root, 'socket'),
    fifo: join(root, 'fifo'),
  }
  mkdirSync(paths.directory)
  writeFileSync(paths.file, '')
  execFileSync('mkfifo', [paths.fifo])
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(paths.socket, resolve))
  t.teardown(() => server.close())
  const right: [HostPathType, string][] = [
    ['', paths.directory],
    ['', paths.socket],
    ['', paths.fifo],
    ['Directory', paths.directory],
    ['DirectoryOrCreate', paths.directory],
    ['File', paths.file],
    ['FileOrCreate', paths.file],
    ['Socket', paths.socket],
    ['CharDevice', '/dev/null'],
  ]
  for (const [type, path] of right)
    t.equal(await store.prepare(uid, hostPath(path, type)), path, `"${type}" takes ${path}`)
  const wrong: [HostPathType, string, RegExp][] = [
    ['Directory', paths.file, /is a file, and type Directory wants a directory/],
    ['DirectoryOrCreate', paths.socket, /is a socket, and type DirectoryOrCreate wants a directory/],
    ['File', paths.directory, /is a directory, and type File wants a file/],
    ['FileOrCreate', paths.fifo, /is a FIFO, and type FileOrCreate wants a file/],
    ['Socket', paths.file, /is a file, and type Socket wants a socket/],
    ['CharDevice', paths.file, /wants a character device/],
    ['BlockDevice', '/dev/null', /is a character device, and type BlockDevice wants a block device/],
    ['', join(root, 'absent'), /does not exist.*"type: DirectoryOrCreate"/],
    ['Directory', join(root, 'absent'), /does not exist/],
    ['Socket', join(root, 'absent'), /does not exist/],
    ['FileOrCreate', join(root, 'absent', 'file'), /the folder .*absent does not exist/],
    ['File', join(paths.file, 'below'), /ENOTDIR/],
    ['', '/tmp/../etc', /without "\.\."/],
    ['', 'relative', /absolute/],
  ]
  for (const [type, path, message] of wrong)
    await t.rejects(
      store.prepare(uid, hostPath(path, type)),
      { code: 'VOLUME_FAILED', message },
      `"${type}" refuses ${path}`,
    )
  t.notOk(existsSync(join(root, 'absent')), 'nothing was made on the way')
})

await t.test('a hostPath that may be made is made', async (t) => {
  const { root, store } = volumeStore(t)
  const folder = await store.prepare(uid, hostPath(join(root, 'a/b/c'), 'DirectoryOrCreate'))
  t.equal(modeOf(folder), 0o755)
  const file = await store.prepare(uid, hostPath(join(folder, 'file'), 'FileOrCreate'))
  t.equal(modeOf(file), 0o644)
  writeFileSync(file, 'kept')
  await store.prepare(uid, hostPath(file, 'FileOrCreate'))
  t.equal(readFileSync(file, 'utf8'), 'kept')
  symlinkSync('nowhere', join(root, 'dangling'))
  await t.rejects(store.prepare(uid, hostPath(join(root, 'dangling'), 'DirectoryOrCreate')), {
    message: /a link to something/,
  })
  t.strictSame(await store.list(), [], 'host paths leave nothing with the pods')
})

await t.test('a full disk is told as one', { skip: !isRoot }, async (t) => {
  const { root } = volumeStore(t)
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'nr_inodes=3', 'tmpfs', root])
  t.teardown(() => execFileSync('umount', [root]))
  const store = new LocalVolumeStore({ podsDirectory: join(root, 'pods'), logger: silentLogger })
  await t.rejects(store.prepare(uid, emptyDir('cache')), { code: 'HOST_DISK_FULL' })
})

await t.test('a termination message file is empty, for everybody, and outlives its instance by one', async (t) => {
  const { pods, store } = volumeStore(t)
  const before = process.umask(0o077)
  t.teardown(() => process.umask(before))
  const folder = join(pods, uid, 'containers', 'app')
  const first = await store.prepareTerminationFile(uid, 'app', 0)
  t.equal(first, join(folder, '0'))
  t.equal(modeOf(join(folder, '0')), 0o666)
  t.equal(modeOf(folder), 0o700, 'made under this umask')
  writeFileSync(join(folder, '0'), 'why')
  t.equal(await store.readTerminationFile(uid, 'app', 0), 'why')
  await store.prepareTerminationFile(uid, 'app', 1)
  t.equal(await store.readTerminationFile(uid, 'app', 0), 'why', 'the last state tells it')
  await store.prepareTerminationFile(uid, 'app', 2)
  t.strictSame(readdirSync(folder).sort(), ['1', '2'])
  writeFileSync(join(folder, '2'), 'stale')
  await store.prepareTerminationFile(uid, 'app', 2)
  t.equal(await store.readTerminationFile(uid, 'app', 2), '', 'the same number again is another instance')
  t.equal(await store.readTerminationFile(uid, 'app', 9), '', 'one that is not there says nothing')
  await store.removePod(uid)
  t.strictSame(await store.list(), [])
})

await t.test('of a long termination message the last 4096 bytes are read, and no half character', async (t) => {
  const { store } = volumeStore(t)
  const path = (await store.prepareTerminationFile(uid, 'app', 0)) ?? ''
  const read = async (text: string): Promise<string> => {
    writeFileSync(path, text)
    return store.readTerminationFile(uid, 'app', 0)
  }
  t.equal(await read('x'.repeat(4096)), 'x'.repeat(4096))
  t.equal(await read(`${'x'.repeat(5000)}end`), `${'x'.repeat(4093)}end`)
  t.equal(await read('é'.repeat(3000) + '!'), 'é'.repeat(2047) + '!')
})

await t.test('no termination message file is a warning, told once, and never a link', async (t) => {
  const { root, pods } = volumeStore(t)
  const { logger, lines } = rememberingLogger()
  const store = new LocalVolumeStore({ podsDirectory: pods, logger })
  await store.prepareTerminationFile(uid, 'app', 0)
  const folder = join(pods, uid, 'containers', 'app')
  writeFileSync(join(root, 'secret'), 'secret')
  symlinkSync(join(root, 'secret'), join(folder, '1'))
  t.equal(await store.prepareTerminationFile(uid, 'app', 1), null)
  t.equal(await store.prepareTerminationFile(uid, 'app', 1), null)
  await t.rejects(store.readTerminationFile(uid, 'app', 1), { code: 'VOLUME_FAILED' })
  t.equal(readFileSync(join(root, 'secret'), 'utf8'), 'secret')
  t.equal(await store.prepareTerminationFile(uid, '..', 0), null)
  t.strictSame(
    lines.map(({ level }) => level),
    ['warn'],
  )
})

await t.test('a file in a volume is read, or is not there', async (t) => {
  const { root, store } = volumeStore(t)
  const path = await store.prepare(uid, emptyDir('data'))
  mkdirSync(join(path, 'sub'))
  writeFileSync(join(path, 'sub', 'env'), "KEY='grün'\n")
  t.equal(await store.readFile(uid, emptyDir('data'), 'sub/env'), "KEY='grün'\n")
  t.equal(await store.readFile(uid, emptyDir('data'), 'sub/absent'), null)
  t.equal(await store.readFile(uid, emptyDir('data'), 'sub/env/below'), null)
  t.equal(await store.readFile(uid, emptyDir('unmade'), 'env'), null)
  symlinkSync('env', join(path, 'sub', 'link'))
  t.equal(
    await store.readFile(uid, emptyDir('data'), 'sub/link'),
    "KEY='grün'\n",
    'a link inside the volume is followed',
  )
  mkdirSync(join(root, 'host'))
  writeFileSync(join(root, 'host', 'env'), 'x')
  t.equal(await store.readFile(uid, hostPath(join(root, 'host'), ''), 'env'), 'x')
})

await t.test('a file that leads out of its volume, or is none, is not read', async (t) => {
  const { root, store } = volumeStore(t)
  const path = await store.prepare(uid, emptyDir('data'))
  writeFileSync(join(root, 'secret'), 'secret')
  symlinkSync(join(root, 'secret'), join(path, 'link'))
  symlinkSync(root, join(path, 'folder'))
  execFileSync('mkfifo', [join(path, 'pipe')])
  writeFileSync(join(path, 'large'), 'x'.repeat(1024 * 1024 + 1))
  symlinkSync('ring', join(path, 'ring'))
  for (const [name, message] of [
    ['ring', 'cannot read ring in volume "data": it is, or leads through, a link that leads back to itself'],
    ['link', 'cannot read link in volume "data": it leads out of the volume'],
    ['folder/secret', /leads out of the volume/],
    ['../../../secret', /leads out of the volume/],
    ['.', /leads out of the volume/],
    ['pipe', /is not a file/],
    ['large', /is larger than 1024 KiB/],
  ] as const)
    await t.rejects(store.readFile(uid, emptyDir('data'), name), { code: 'VOLUME_FAILED', message }, name)
})

await t.test(
  'an emptyDir belongs to the pod’s group from the beginning, and what is made in it too',
  { skip: !isRoot },
  async (t) => {
    const { store } = volumeStore(t)
    for (const medium of ['', 'Memory'] as const) {
      const volume = {
        ...emptyDir(`v${medium.toLowerCase()}`, medium),
        owner: { fsGroup: 2000, onlyOnMismatch: false },
      } as LocalVolume
      const path = await store.prepare(uid, volume)
      t.equal(statSync(path).gid, 2000)
      t.equal(modeOf(path), 0o2777)
      writeFileSync(join(path, 'file'), '', { mode: 0o600 })
      t.equal(statSync(join(path, 'file')).gid, 2000)
      await store.prepare(uid, volume)
      t.equal(modeOf(join(path, 'file')), 0o600, 'later it is the pod’s own business')
    }
    await store.removePod(uid)
  },
)

await t.test(
  'a volume is given to a group with all that is in it, and through no link',
  { skip: !isRoot },
  async (t) => {
    const { root, store } = volumeStore(t)
    const volume = join(root, 'volume')
    mkdirSync(join(volume, 'dir'), { recursive: true })
    writeFileSync(join(volume, 'dir/file'), '', { mode: 0o400 })
    writeFileSync(join(volume, 'run'), '', { mode: 0o755 })
    writeFileSync(join(root, 'precious'), '', { mode: 0o600 })
    mkdirSync(join(root, 'folder'), { mode: 0o700 })
    symlinkSync('../precious', join(volume, 'link'))
    symlinkSync(join(root, 'folder'), join(volume, 'dir/link'))
    execFileSync('mkfifo', ['-m', '600', join(volume, 'pipe')])
    await store.give(uid, volume, { fsGroup: 2000, onlyOnMismatch: false })
    const of = (path: string): string => `${statSync(path).gid} ${modeOf(path).toString(8)}`
    t.strictSame(
      ['volume', 'volume/dir', 'volume/dir/file', 'volume/run', 'volume/pipe'].map((path) => of(join(root, path))),
      ['2000 2775', '2000 2775', '2000 660', '2000 775', '2000 660'],
    )
    t.equal(lstatSync(join(volume, 'link')).gid, 2000)
    t.strictSame(
      ['precious', 'folder'].map((path) => of(join(root, path))),
      ['0 600', '0 700'],
    )
    chmodSync(join(volume, 'run'), 0o700)
    await store.give(uid, volume, { fsGroup: 2000, onlyOnMismatch: true })
    t.equal(modeOf(join(volume, 'run')), 0o700, 'nothing is gone through when the volume is right')
    await store.give(uid, volume, { fsGroup: 2000, onlyOnMismatch: false })
    t.equal(modeOf(join(volume, 'run')), 0o760)
    chmodSync(volume, 0o755)
    chmodSync(join(volume, 'run'), 0o700)
    await store.give(uid, volume, { fsGroup: 2000, onlyOnMismatch: true })
    t.equal(modeOf(join(volume, 'run')), 0o760)
    await t.rejects(store.give(uid, join(root, 'absent'), { fsGroup: 1, onlyOnMismatch: false }), {
      code: 'VOLUME_FAILED',
    })
  },
)
