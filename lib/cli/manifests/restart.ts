/** `podkeep restart`: the annotation that asks for it, put into the manifests. */

import { withAnnotation, type ObjectName } from '../../manifest/index.js'
import { podKey, restartedAtAnnotation, withRestart, type DesiredPod } from '../../pod/index.js'
import { CommandError, usageError } from '../command-error.js'
import { exitCode } from '../exit-code.js'
import { textOption } from '../options.js'
import type { FormattedFlags } from '../output/format.js'
import type { Session } from '../verb.js'
import { checkedEdits, makeChanges } from './change.js'
import { editedOutput } from './edited-output.js'
import { lookInForce, notInDirectory, tellWhoseTurnItIs, type InForce } from './in-force.js'
import { placeOf, withDocument, withFiles, type ManifestFile, type ManifestsFolder } from './manifests-folder.js'
import { objectText, parseObjects } from './object-name.js'

/** Whose pods are replaced one after the other when their template says something else. */
const templated: readonly string[] = ['Deployment', 'StatefulSet', 'DaemonSet']
const template = ['spec', 'template']

export async function restart(
  words: readonly string[],
  flags: FormattedFlags,
  { surroundings, terminal }: Session,
): Promise<number> {
  const inForce = await lookInForce(flags, surroundings)
  const container = textOption(flags, 'container')
  const changes = new Map<string, ManifestFile>()
  // A lone word is a pod's name, also where it is a kind's. An empty namespace: none was named.
  const [word = ''] = words
  const meant = words.length === 1 && !word.includes('/') ? [`pod/${word}`] : words
  const objects = parseObjects(meant, textOption(flags, 'namespace') ?? '').map((object) =>
    object.namespace === '' ? { ...object, namespace: namespaceOf(object, inForce) } : object,
  )
  let { folder } = inForce
  for (const object of objects) {
    const file = withRestartIn({ ...inForce, folder }, object, container)
    changes.set(file.name, file)
    folder = withFiles(folder, new Map([[file.name, file]]))
  }
  const edits = checkedEdits(inForce, changes, objects)
  await makeChanges(folder.directory, changes)
  const lines = objects.map((object) => `${objectText(object)} restarted\n`)
  terminal.out(editedOutput(flags.output, objects, edits) ?? lines.join(''))
  tellWhoseTurnItIs(inForce, terminal)
  return exitCode.ok
}

function namespaceOf({ kind, name }: ObjectName, { pods, folder }: InForce): string {
  const written = [...folder.files.values()].flatMap(({ documents }) => documents.flatMap(({ objects }) => objects))
  const all = kind === 'Pod' ? [...pods.values()] : written.filter((object) => object.kind === kind)
  const namespaces = [...new Set(all.filter((one) => one.name === name).map(({ namespace }) => namespace))]
  if (namespaces.length < 2) return namespaces[0] ?? 'default'
  const message = `there is a ${kind.toLowerCase()} ${JSON.stringify(name)} in several namespaces: ${namespaces.join(', ')}`
  throw new CommandError(exitCode.usage, message, 'choose one with -n')
}

function withRestartIn({ folder, pods }: InForce, object: ObjectName, container: string | null): ManifestFile {
  const isTemplated = templated.includes(object.kind)
  if (object.kind !== 'Pod' && !isTemplated) throw usageError(`a ${object.kind} is not restarted`, restartable)
  const place = placeOf(folder, object)
  const pod = [...pods.values()].find((one) => (isTemplated ? isOwned(one, object) : isNamed(one, object)))
  if (place === null || (pod === undefined && !isTemplated)) throw notRestarted(object, pod, folder)
  if (container !== null && pod !== undefined) requireContainer(pod, container)
  const before = pod?.manifest.metadata.annotations?.[restartedAtAnnotation] ?? ''
  const value = withRestart(before, container, new Date().toISOString())
  const document = place.file.documents[place.at]?.text ?? ''
  const text = withAnnotation(document, restartedAtAnnotation, value, isTemplated ? template : [])
  if (text === null) {
    const message = `${place.file.name}: its annotations come from an alias: nothing can be put in there`
    const hint = `podkeep edit ${objectText(object)}, and add the annotation ${restartedAtAnnotation}: "${value}"`
    throw new CommandError(exitCode.problem, message, hint)
  }
  return withDocument(place, text)
}

const restartable = `restarted are pods, and those of a ${templated.join(', ')}`

function isNamed(pod: DesiredPod, { namespace, name }: ObjectName): boolean {
  return pod.key === podKey(namespace, name)
}

function isOwned({ owner, namespace }: DesiredPod, object: ObjectName): boolean {
  return owner?.kind === object.kind && owner.name === object.name && namespace === object.namespace
}

function notRestarted(object: ObjectName, pod: DesiredPod | undefined, folder: ManifestsFolder): CommandError {
  const owner = pod?.owner ?? null
  if (owner === null) return notInDirectory(objectText(object), folder)
  const message = `${objectText(object)} is made from the template of ${owner.kind} ${owner.name}`
  const hint = templated.includes(owner.kind)
    ? `podkeep restart ${owner.kind.toLowerCase()}/${owner.name} restarts all of its pods`
    : restartable
  return new CommandError(exitCode.problem, message, hint)
}

function requireContainer(pod: DesiredPod, container: string): void {
  const names = [...pod.containers, ...pod.initContainers].map(({ name }) => name)
  if (names.includes(container)) return
  const message = `container ${JSON.stringify(container)} is not in pod ${JSON.stringify(pod.name)}`
  throw new CommandError(exitCode.problem, message, `it has ${names.join(', ')}`)
}
