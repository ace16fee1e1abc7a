/**
 * The hosts file that the engine makes for a container and for all that are joined to it, on the engine's machine. Rewritten in
 * place: it is mounted into each of them, and a file that replaced it would be seen by none.
 *
 * Tried on 20.10: the engine changes the file when the container starts and when it is put on a network or taken off, and keeps what
 * it does not know. A lookup reads the file anew, so what is written counts at once, and goes on counting while podkeep is away.
 */

import { constants } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'

import { codeOf, diskError } from '../disk/index.js'
import { PodkeepError, shortId, type ContainerId, type HostEntry } from '../pod/index.js'
import type { Logger } from '../ports/index.js'
import type { Engine } from './engine.js'
import { lookAtAny } from './look.js'

const begin = '# podkeep: Services'
const end = '# podkeep: end'
const maxBytes = 1024 * 1024
/** What a file that is not podkeep's to write answers with: the engine's on another machine, or root's. */
const unreachable = ['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM', 'EROFS']

export class HostsFiles {
  readonly #engine: Engine
  readonly #logger: Logger
  #hasTold = false

  constructor(engine: Engine, logger: Logger) {
    this.#engine = engine
    this.#logger = logger
  }

  async update(id: ContainerId, entries: readonly HostEntry[], isOwn: boolean): Promise<void> {
    const doing = `write names into the hosts file of container ${shortId(id)}`
    const inspected = isOwn ? await lookAtAny(this.#engine, id) : null
    if (inspected === null) throw new PodkeepError('CONTAINER_GONE', `${doing}: it is not there`)
    try {
      await rewrite(inspected.HostsPath, entries)
    } catch (error) {
      if (!unreachable.includes(codeOf(error))) throw diskError('ENGINE_FAULT', doing, error)
      this.#tell(inspected.HostsPath, codeOf(error))
    }
  }

  #tell(path: string, code: string): void {
    if (this.#hasTold) return
    this.#hasTold = true
    const reason = `podkeep cannot write ${path} (${code}): is it root, and on the engine’s machine?`
    this.#logger.warn({ reason }, 'pods find Services only as they were when their sandbox was made')
  }
}

async function rewrite(path: string, entries: readonly HostEntry[]): Promise<void> {
  const file = await open(path, constants.O_RDWR | constants.O_NOFOLLOW)
  try {
    const before = await contentOf(file)
    const after = withNames(before, entries)
    if (after === before) return
    const bytes = Buffer.from(after)
    await file.write(bytes, 0, bytes.length, 0)
    await file.truncate(bytes.length)
  } finally {
    await file.close()
  }
}

/** The container may have written anything into it. */
async function contentOf(file: FileHandle): Promise<string> {
  const { size } = await file.stat()
  const buffer = Buffer.alloc(Math.min(size, maxBytes))
  const { bytesRead } = await file.read(buffer, 0, buffer.length, 0)
  return buffer.toString('utf8', 0, bytesRead)
}

export function withNames(text: string, entries: readonly HostEntry[]): string {
  const kept = withoutBlock(text)
  if (entries.length === 0) return kept
  const lines = entries.map(({ ip, names }) => `${ip}\t${names.join(' ')}`)
  const rest = kept === '' || kept.endsWith('\n') ? kept : `${kept}\n`
  return `${rest}${[begin, ...lines, end].join('\n')}\n`
}

function withoutBlock(text: string): string {
  const lines = text.split('\n')
  const first = lines.indexOf(begin)
  if (first < 0) return text
  const last = lines.indexOf(end, first)
  return [...lines.slice(0, first), ...(last < 0 ? [''] : lines.slice(last + 1))].join('\n')
}
