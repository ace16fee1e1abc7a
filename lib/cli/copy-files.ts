/** `podkeep cp`: files into and out of a container, through the engine's tar archives. */

import { lstat } from 'node:fs/promises'
import { basename, join, posix } from 'node:path'

import type { ContainerDoor } from '../docker/index.js'
import type { ContainerId } from '../pod/index.js'
import { CommandError, usageError } from './command-error.js'
import { exitCode } from './exit-code.js'
import { packFiles, unpackFiles } from './file-archive.js'
import { textOption } from './options.js'
import { chosenName, loggedInstance, podContainers } from './pods/pod-containers.js'
import { parsePodReference } from './pods/pod-reference.js'
import { withWorld } from './pods/reach.js'
import type { Flags } from './run-options.js'
import type { Session } from './verb.js'

export interface PodPath {
  readonly pod: string
  readonly path: string
}

/** null: a path of this machine. A file with a colon in its name is written as ./NAME. */
function parsePodPath(text: string): PodPath | null {
  const colon = text.indexOf(':')
  if (colon <= 0 || /^[./~]/.test(text)) return null
  return { pod: text.slice(0, colon), path: posix.join('/', text.slice(colon + 1)) }
}

export async function copyFiles(
  fromText: string,
  toText: string,
  flags: Flags,
  { surroundings, terminal }: Session,
): Promise<number> {
  const [from, to] = [parsePodPath(fromText), parsePodPath(toText)]
  const inPod = from ?? to
  if (inPod === null || (from !== null && to !== null)) {
    throw usageError('one of the two is a path in a pod', 'podkeep cp ./file POD:/path, or podkeep cp POD:/path ./file')
  }
  return withWorld(flags, surroundings, async (door, world) => {
    const pod = podContainers(world, parsePodReference(inPod.pod, textOption(flags, 'namespace')))
    const name = chosenName(pod, textOption(flags, 'container'), (text) => terminal.note(text))
    const { id } = loggedInstance(pod, name, false)
    if (to === null) await download(door, id, inPod.path, toText, (text) => terminal.note(text))
    else await upload(door, id, fromText, to.path, (text) => terminal.note(text))
    return exitCode.ok
  })
}

type Note = (text: string) => void

async function upload(door: ContainerDoor, id: ContainerId, from: string, to: string, note: Note): Promise<void> {
  if ((await kindOf(from)) === null) throw new CommandError(exitCode.problem, `${from}: there is no such file`)
  const target = await statThrough(door, id, to)
  if (target?.isDirectory === true) {
    await door.putArchive(id, target.path, packFiles(from, basename(join(process.cwd(), from)), note))
    return
  }
  const folder = await statThrough(door, id, posix.dirname(to))
  if (folder?.isDirectory !== true) {
    const hint = 'make it first: podkeep exec POD -- mkdir -p PATH'
    throw new CommandError(exitCode.problem, `the container has no folder ${posix.dirname(to)}`, hint)
  }
  if (target !== null && (await kindOf(from)) === 'directory') {
    throw new CommandError(exitCode.problem, `${to} is a file in the container, and ${from} a directory`)
  }
  await door.putArchive(id, folder.path, packFiles(from, posix.basename(to), note))
}

async function download(door: ContainerDoor, id: ContainerId, from: string, to: string, note: Note): Promise<void> {
  const source = await statThrough(door, id, from)
  if (source === null) throw new CommandError(exitCode.problem, `${from}: there is no such file in the container`)
  const kind = await kindOf(to)
  if (kind === 'file' && source.isDirectory) {
    throw new CommandError(exitCode.problem, `${to} is a file, and ${from} a directory`)
  }
  const target = kind === 'directory' ? join(to, posix.basename(from)) : to
  await unpackFiles(await door.getArchive(id, source.path), target, note)
}

interface Found {
  readonly path: string
  readonly isDirectory: boolean
}

/** The end of a link counts, as when a program opens it. The engine answers with the whole way. */
async function statThrough(door: ContainerDoor, id: ContainerId, path: string): Promise<Found | null> {
  const stat = await door.pathStat(id, path)
  if (stat === null) return null
  if (stat.linkTarget === '') return { path, isDirectory: stat.isDirectory }
  const end = posix.resolve(posix.dirname(path), stat.linkTarget)
  const behind = await door.pathStat(id, end)
  return behind === null ? null : { path: end, isDirectory: behind.isDirectory }
}

async function kindOf(path: string): Promise<'file' | 'directory' | null> {
  try {
    const stat = await lstat(path)
    return stat.isDirectory() ? 'directory' : 'file'
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return null
    throw new CommandError(exitCode.problem, error instanceof Error ? error.message : String(error))
  }
}
