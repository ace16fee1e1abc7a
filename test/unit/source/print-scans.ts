/** Prints what a DirectorySource says of the folder it is given, until its standard input ends. Run by a test in a crippled namespace. */

import { once } from 'node:events'

import type { Logger } from '../../../lib/ports/index.js'
import { DirectorySource } from '../../../lib/source/index.js'

const logger: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: (_fields, phrase) => {
    console.log(`warn ${phrase}`)
  },
  error: () => undefined,
  child: () => logger,
}

const source = new DirectorySource({ directory: process.argv[2] ?? '', logger })
await source.start((scan) => {
  const names = scan.kind === 'scanned' ? scan.files.map((file) => file.name) : [scan.message]
  console.log(`scan ${names.join(' ')}`)
})
process.stdin.resume()
await once(process.stdin, 'end')
await source.close()
