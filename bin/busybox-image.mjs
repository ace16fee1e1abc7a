/**
 * An image made on the spot from a static busybox, for machines without a registry: the example pods and the tests run it.
 */

import { spawn } from 'node:child_process'
import {
  chmodSync,
  closeSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readSync,
  readdirSync,
  rmSync,
} from 'node:fs'
import { symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { run } from './command.mjs'
import { programPath } from './debian-packages.mjs'
import { engineCall } from './engine-call.mjs'

/**
 * @param {string} host as in DOCKER_HOST
 * @param {string} reference `name:tag`
 */
export async function importBusyboxImage(host, reference) {
  const folder = mkdtempSync(join(tmpdir(), 'podkeep-image-'))
  try {
    const root = join(folder, 'root')
    await writeRootFolder(root, await staticBusybox(folder))
    // With its tag: podman does not look at the one that may stand apart.
    const query = new URLSearchParams({ fromSrc: '-', repo: reference })
    for (const change of ['ENV PATH=/bin', 'CMD ["sh"]']) query.append('changes', change)
    const headers = { 'content-type': 'application/x-tar' }
    const answer = await engineCall(host, 'POST', `/images/create?${query}`, { body: await tarOf(root), headers })
    if (answer.status !== 200 || answer.text.includes('"error"'))
      throw new Error(`the engine says ${answer.text.trim()}`)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/**
 * @param {string} root
 * @param {string} busybox
 */
async function writeRootFolder(root, busybox) {
  for (const name of ['bin', 'dev', 'etc', 'home', 'proc', 'root', 'sys', 'tmp', 'var'])
    mkdirSync(join(root, name), { recursive: true })
  chmodSync(join(root, 'tmp'), 0o1777)
  writeFileSync(join(root, 'etc/passwd'), 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/home:/bin/sh\n')
  writeFileSync(join(root, 'etc/group'), 'root:x:0:\nnogroup:x:65534:\n')
  copyFileSync(busybox, join(root, 'bin/busybox'))
  chmodSync(join(root, 'bin/busybox'), 0o755)
  const applets = (await run(busybox, ['--list'])).stdout.split('\n')
  // The list contains busybox itself: a link of that name would point at itself.
  for (const name of applets) if (name !== '' && name !== 'busybox') symlinkSync('busybox', join(root, 'bin', name))
}

/** @param {string} folder @returns {Promise<Buffer>} */
function tarOf(folder) {
  return new Promise((resolve, reject) => {
    const args = ['--create', '--numeric-owner', '--owner=0', '--group=0', '--directory', folder, '.']
    const tar = spawn('tar', args, { stdio: ['ignore', 'pipe', 'ignore'] })
    /** @type {Buffer[]} */
    const parts = []
    tar.stdout.on('data', (part) => parts.push(part))
    tar.on('error', reject)
    tar.on('close', (code) =>
      code === 0 ? resolve(Buffer.concat(parts)) : reject(new Error(`tar ended with ${code}`)),
    )
  })
}

/**
 * The machine's own, or the one of Debian's package, unpacked beside the system.
 * @param {string} folder for what has to be unpacked
 */
async function staticBusybox(folder) {
  const installed = programPath('busybox')
  if (installed !== null && isStatic(installed)) return installed
  const downloaded = await run('apt-get', ['download', 'busybox-static'], { cwd: folder })
  const archive = readdirSync(folder).find((name) => name.endsWith('.deb'))
  if (!downloaded.ok || archive === undefined) {
    throw new Error('there is no static busybox on this machine: install the package busybox-static')
  }
  await run('dpkg-deb', ['--extract', archive, 'unpacked'], { cwd: folder })
  for (const path of ['unpacked/usr/bin/busybox', 'unpacked/bin/busybox']) {
    if (isStatic(join(folder, path))) return join(folder, path)
  }
  throw new Error('the package busybox-static holds no static busybox')
}

/** A program that needs a loader names it near its beginning. @param {string} file */
function isStatic(file) {
  const head = Buffer.alloc(4096)
  try {
    const opened = openSync(file, 'r')
    readSync(opened, head)
    closeSync(opened)
  } catch {
    return false
  }
  return head.subarray(1, 4).toString() === 'ELF' && !head.includes('/ld-')
}
