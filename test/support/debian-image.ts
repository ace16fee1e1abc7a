/**
 * Images with real programs, made of Debian's packages without installing anything: apt says which packages a program needs
 * and fetches them, they are unpacked into a folder, and the folder is the image. It is kept for the next run, until apt's
 * lists change.
 */

import { createHash } from 'node:crypto'
import { chmodSync, chownSync, copyFileSync, createReadStream, existsSync, lstatSync, mkdirSync, rmSync } from 'node:fs'
import { readFileSync, readdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { run } from '../../bin/command.mjs'
import { programPath } from '../../bin/debian-packages.mjs'
import { engineCall } from '../../bin/engine-call.mjs'
import { factsOfLists, fetchPackages, leftOut } from './apt-packages.js'
import { sweptFolder } from './swept-folder.js'

/** A program's packages, and what their maintainer scripts would have made when they are installed. */
export interface DebianImage {
  /** With busybox-static among them, the image has a shell and busybox's programs. */
  readonly packages: readonly string[]
  /** Beside root, www-data and nobody. */
  readonly users?: Readonly<Record<string, number>>
  /** Path: whose it is. */
  readonly folders?: Readonly<Record<string, number>>
  /** Path: text; what begins with `#!` can be run. */
  readonly files?: Readonly<Record<string, string>>
  readonly config: ImageConfig
}

/** What an image says about its containers, in the words of its format. */
interface ImageConfig {
  readonly Env?: readonly string[]
  readonly Entrypoint?: readonly string[]
  readonly Cmd?: readonly string[]
  readonly User?: string
  readonly WorkingDir?: string
  readonly StopSignal?: string
}

/** Never read by a running program, or only by what is left out. */
const notUnpacked = [
  ...['doc', 'man', 'locale', 'lintian'].map((name) => `./usr/share/${name}`),
  ...['*/bitcode', '*/gconv'],
]

/**
 * Gives the engine the image under this name.
 * @returns why it cannot be had, for tap's `skip`; false when it is there
 */
export async function debianImage(socketPath: string, reference: string, wanted: DebianImage): Promise<string | false> {
  if (programPath('apt-get') === null) return 'no apt-get here to have packages from'
  const kept = keptFolder()
  const name = reference.replace(/^.*\/|:[^:/]*$/g, '')
  const path = join(kept, `${name}-${await fingerprint(reference, wanted)}.tar`)
  if (!existsSync(path)) {
    const missing = await makeArchive(reference, wanted, path)
    if (missing !== null) return `cannot have ${name}: ${missing}`
    for (const one of readdirSync(kept)) {
      if (one.startsWith(`${name}-`) && one.endsWith('.tar') && one !== basename(path)) rmSync(join(kept, one))
    }
  }
  await load(socketPath, path)
  return false
}

/** Ours alone: what lies there is run as root. */
function keptFolder(): string {
  const path = join(tmpdir(), 'podkeep-test-images')
  mkdirSync(path, { recursive: true, mode: 0o700 })
  const { uid, mode } = lstatSync(path)
  if (uid !== process.getuid?.() || (mode & 0o077) !== 0) throw new Error(`${path} can be written by others: remove it`)
  return path
}

/** Of what decides the versions and the rest: apt's lists, this file and the recipe. */
async function fingerprint(reference: string, wanted: DebianImage): Promise<string> {
  const text = JSON.stringify([await factsOfLists(), reference, wanted, leftOut, notUnpacked])
  return createHash('sha256').update(text).digest('hex').slice(0, 16)
}

/** @returns what is missing; null when the archive is there. */
async function makeArchive(reference: string, wanted: DebianImage, path: string): Promise<string | null> {
  const swept = sweptFolder('image')
  const scratch = swept.path
  try {
    const missing = await fetchPackages(wanted.packages, scratch)
    if (missing !== null) return missing
    const root = join(scratch, 'root')
    await unpack(join(scratch, 'packages'), root)
    await finish(root, wanted)
    await pack(reference, wanted.config, scratch, root)
    const copy = `${path}.${process.pid}`
    copyFileSync(join(scratch, 'image.tar'), copy)
    renameSync(copy, path)
    return null
  } finally {
    await swept.sweep()
  }
}

/** As debootstrap does: /bin, /lib and /sbin are links into /usr, and stay links. */
async function unpack(packages: string, root: string): Promise<void> {
  for (const name of ['bin', 'lib', 'lib64', 'sbin']) {
    mkdirSync(join(root, 'usr', name), { recursive: true })
    symlinkSync(`usr/${name}`, join(root, name))
  }
  const without = notUnpacked.map((path) => `--exclude='${path}'`).join(' ')
  const script = `for deb in *.deb; do dpkg-deb --fsys-tarfile "$deb" | tar -x --keep-directory-symlink ${without} -C "$1" || exit 1; done`
  await mustRun('sh', ['-c', script, 'sh', root], packages)
}

async function finish(root: string, { users = {}, folders = {}, files = {} }: DebianImage): Promise<void> {
  const known = { root: 0, 'www-data': 33, nobody: 65534, ...users }
  const lines = (line: (name: string, id: number) => string) =>
    Object.entries(known).map(([name, id]) => line(name, id)).join('') // prettier-ignore
  write(
    root,
    'etc/passwd',
    lines((name, id) => `${name}:x:${id}:${id}:${name}:/:/bin/sh\n`),
  )
  write(
    root,
    'etc/group',
    lines((name, id) => `${name}:x:${id}:\n`),
  )
  for (const [path, text] of Object.entries(files)) write(root, path, text)
  for (const name of ['dev', 'proc', 'run', 'sys', 'tmp', 'var']) mkdirSync(join(root, name), { recursive: true })
  chmodSync(join(root, 'tmp'), 0o1777)
  for (const [path, owner] of Object.entries(folders)) {
    mkdirSync(join(root, path), { recursive: true })
    chownSync(join(root, path), owner, owner)
  }
  const busybox = join(root, 'usr/bin/busybox')
  if (!existsSync(busybox)) return
  for (const name of (await run(busybox, ['--list'])).stdout.trim().split('\n')) {
    if (!existsSync(join(root, 'bin', name))) symlinkSync('busybox', join(root, 'bin', name))
  }
}

function write(root: string, path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true })
  rmSync(join(root, path), { force: true })
  writeFileSync(join(root, path), text, { mode: text.startsWith('#!') ? 0o755 : 0o644 })
}

async function mustRun(program: string, args: readonly string[], cwd = tmpdir()): Promise<void> {
  const { ok, stderr } = await run(program, args, { cwd })
  if (!ok) throw new Error(`${program} failed: ${stderr}`)
}

/** One layer, in the form that every engine loads; an import could not say StopSignal. */
async function pack(reference: string, config: ImageConfig, scratch: string, root: string): Promise<void> {
  const layer = join(scratch, 'layer.tar')
  await mustRun('tar', ['--create', '--numeric-owner', '--file', layer, '--directory', root, '.'])
  const hash = createHash('sha256')
  await pipeline(createReadStream(layer), hash)
  const image = {
    ...{ architecture: architecture(), os: 'linux', config },
    rootfs: { type: 'layers', diff_ids: [`sha256:${hash.digest('hex')}`] },
  }
  writeFileSync(join(scratch, 'config.json'), JSON.stringify(image))
  const manifest = [{ Config: 'config.json', RepoTags: [reference], Layers: ['layer.tar'] }]
  writeFileSync(join(scratch, 'manifest.json'), JSON.stringify(manifest))
  const files = ['manifest.json', 'config.json', 'layer.tar']
  await mustRun('tar', ['--create', '--file', 'image.tar', ...files], scratch)
}

/** Go's name. */
function architecture(): string {
  const names: Readonly<Record<string, string>> = { x64: 'amd64', ia32: '386' }
  return names[process.arch] ?? process.arch
}

async function load(socketPath: string, path: string): Promise<void> {
  const headers = { 'content-type': 'application/x-tar' }
  const options = { body: readFileSync(path), headers }
  const answer = await engineCall(`unix://${socketPath}`, 'POST', '/images/load?quiet=1', options)
  if (answer.status !== 200 || answer.text.includes('"error"')) throw new Error(`the engine says ${answer.text.trim()}`)
}
