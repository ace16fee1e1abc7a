/**
 * Cleans up after a test that had an engine or a registry, however the test ended: it waits for its standard input to close,
 * which the kernel does even for a process that was killed, and then removes every trace.
 *
 *   node janitor.mjs FOLDER
 */

import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { run } from '../../bin/command.mjs'
import { destroyEngine } from '../../bin/private-engine.mjs'

const folder = process.argv[2]
if (folder === undefined) throw new Error('usage: node janitor.mjs FOLDER')

for (const name of /** @type {const} */ (['SIGTERM', 'SIGINT', 'SIGHUP'])) process.on(name, () => {})
process.stdin.on('error', () => {}).resume()
await new Promise((resolve) => process.stdin.once('close', resolve))
const namespaces = namespacesOf(folder)
const networks = networksOf(folder)
await destroyEngine(folder)
for (const table of ['nat', 'filter']) await forgetNetworks(table, networks)
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

/**
 * Beginnings of the addresses of podman's networks, which are /24: "10.130.64.".
 * @param {string} folder
 * @returns {string[]}
 */
function networksOf(folder) {
  const places = join(folder, 'networks')
  const files = existsSync(places) ? readdirSync(places).filter((name) => name.endsWith('.json')) : []
  return files
    .flatMap((name) => JSON.parse(readFileSync(join(places, name), 'utf8')).subnets ?? [])
    .map(({ subnet }) => String(subnet).replace(/\d+\/24$/, ''))
}

/**
 * podman takes back what it told the firewall when a container ends by its hand; when it is killed the ports that were published would
 * lead nowhere for ever, whoever listens there.
 * @param {string} table
 * @param {readonly string[]} networks
 */
async function forgetNetworks(table, networks) {
  if (networks.length === 0) return
  const { stdout } = await run('iptables', ['-t', table, '-S'])
  const rules = stdout.split('\n').filter((line) => line.startsWith('-A '))
  const speaking = rules.filter((rule) => networks.some((network) => rule.includes(` ${network}`)))
  const chainOf = (/** @type {string} */ rule) => rule.split(' ')[1] ?? ''
  const chains = [...new Set(speaking.map(chainOf))].filter((chain) => /^NETAVARK-(DN-)?[0-9A-F]{13}$/.test(chain))
  const leading = rules.filter((rule) => chains.some((chain) => rule.includes(`-j ${chain}`)))
  const shared = [...new Set([...speaking, ...leading])].filter((rule) => !chains.includes(chainOf(rule)))
  const words = [
    `*${table}`,
    ...shared.map((rule) => rule.replace(/^-A/, '-D')),
    ...chains.flatMap((chain) => [`-F ${chain}`, `-X ${chain}`]),
    'COMMIT\n',
  ]
  const file = `${folder}-rules`
  writeFileSync(file, words.join('\n'))
  const { ok, stderr } = await run('iptables-restore', ['--noflush', '--wait=60', file])
  rmSync(file)
  if (!ok) throw new Error(`firewall rules of podman are left: ${stderr}`)
}
