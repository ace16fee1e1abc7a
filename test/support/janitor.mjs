/**
 * Cleans up after a test that had an engine or a registry, however the test ended: it waits for its standard input to close,
 * which the kernel does even for a process that was killed, and then removes every trace.
 *
 *   node janitor.mjs FOLDER
 */

import { destroyEngine } from '../../bin/private-engine.mjs'

const folder = process.argv[2]
if (folder === undefined) throw new Error('usage: node janitor.mjs FOLDER')

for (const name of /** @type {const} */ (['SIGTERM', 'SIGINT', 'SIGHUP'])) process.on(name, () => {})
process.stdin.on('error', () => {}).resume()
await new Promise((resolve) => process.stdin.once('close', resolve))
await destroyEngine(folder)
