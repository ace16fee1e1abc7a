/**
 * Cleans up after a test that had an engine or a registry, however the test ended: it waits for its standard input to close,
 * which the kernel does even for a process that was killed, and then removes every trace.
 *
 *   node janitor.mjs FOLDER
 */

import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'

import { run } from '../../bin/command.mjs'
import { destroyEngine } from '../../bin/private-engine.mjs'

const folder = process.argv[2]
if (folder === undefined) throw new Error('usage: node janitor.mjs FOLDER')

for (const name of /** @type {const} */ (['SIGTERM', 'SIGINT', 'SIGHUP'])) process.on(name, () => {})
process.stdin.on('error', () => {}).resume()
await new Promise((resolve) => process.stdin.once('close', resolve))
const namespaces = namespacesOf(folder)
await destroyEngine(folder)
for (const path of namespaces) {
  await run('umount', ['--lazy', path])
  rmSync(path, { force: true })
}

/**
 * podman keeps the network namespaces of its containers outside its folder, and in it what each is started with.
 * @param {string} folder
 */
function namespacesOf(folder) {
  const data = join(folder, 'data')
  const places = existsSync(data) ? readdirSync(data).filter((name) => name.endsWith('-containers')) : []
  return places
    .flatMap((place) => readdirSync(join(data, place)).map((id) => join(data, place, id, 'userdata/config.json')))
    .filter((file) => existsSync(file))
    .flatMap((file) => JSON.parse(readFileSync(file, 'utf8')).linux?.namespaces ?? [])
    .flatMap(({ path }) => (String(path).startsWith('/run/netns/') ? [path] : []))
}
