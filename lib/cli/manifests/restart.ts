/** `podkeep restart`: the annotation that asks for it, put into the manifests. */

import { withAnnotation, type ObjectName } from '../../manifest/index.js'
import { podKey, restartedAtAnnotation, withRestart, type DesiredPod } from '../../pod/index.js'
import { CommandError, usageError } from '../command-error.js'
import { exitCode } from '../exit-code.js'
import { kindOfWord } from '../kind-words.js'
import { textOption } from '../options.js'
import { parsePodReference, withoutKind } from '../pods/pod-reference.js'
import type { FormattedFlags } from '../output/format.js'
import type { Session } from '../verb.js'
import { checkedEdits, makeChanges } from './change.js'
import { editedOutput } from './edited-output.js'
import { lookInForce, notInDirectory, tellWhoseTurnItIs, type InForce } from './in-force.js'
import { placeOf, withDocument, withFiles, type ManifestFile, type ManifestsFolder } from './manifests-folder.js'
import { objectText } from './object-name.js'

export async function restart(
  words: readonly string[],
  flags: FormattedFlags,
  { surroundings, terminal }: Session,
): Promise<number> {
  const inForce = await lookInForce(flags, surroundings)
  const container = textOption(flags, 'container')
  const changes = new Map<string, ManifestFile>()
  const objects: ObjectName[] = []
  let { folder } = inForce
  for (const word of withoutKind(words)) {
    const { name, namespace } = parsePodReference(word, textOption(flags, 'namespace'))
    const object: ObjectName = { kind: 'Pod', namespace: namespace ?? namespaceOf(name, inForce), name }
    const file = withRestartIn({ ...inForce, folder }, object, container)
    changes.set(file.name, file)
    folder = withFiles(folder, new Map([[file.name, file]]))
    objects.push(object)
  }
  const edits = checkedEdits(inForce, changes, objects)
  await makeChanges(folder.directory, changes)
  const lines = objects.map((object) => `${objectText(object)} restarted\n`)
  terminal.out(editedOutput(flags.output, objects, edits) ?? lines.join(''))
  tellWhoseTurnItIs(inForce, terminal)
  return exitCode.ok
}

function namespaceOf(name: string, { pods }: InForce): string {
  const namespaces = [...pods.values()].filter((pod) => pod.name === name).map(({ namespace }) => namespace)
  if (namespaces.length < 2) return namespaces[0] ?? 'default'
  const message = `there is a pod ${JSON.stringify(name)} in several namespaces: ${namespaces.join(', ')}`
  throw new CommandError(exitCode.usage, message, 'choose one with -n')
}

function withRestartIn({ folder, pods }: InForce, object: ObjectName, container: string | null): ManifestFile {
  const place = placeOf(folder, object)
  const pod = pods.get(podKey(object.namespace, object.name))
  if (place === null || pod === undefined) throw notRestarted(object, pod, folder)
  if (container !== null) requireContainer(pod, container)
  const before = pod.manifest.metadata.annotations?.[restartedAtAnnotation] ?? ''
  const value = withRestart(before, container, new Date().toISOString())
  const text = withAnnotation(place.file.documents[place.at]?.text ?? '', restartedAtAnnotation, value)
  if (text === null) {
    const message = `${place.file.name}: its annotations come from an alias: nothing can be put in there`
    const hint = `podkeep edit ${objectText(object)}, and add the annotation ${restartedAtAnnotation}: "${value}"`
    throw new CommandError(exitCode.problem, message, hint)
  }
  return withDocument(place, text)
}

/** A template is edited by a person: which of its pods are restarted when is its own affair. */
function notRestarted(object: ObjectName, pod: DesiredPod | undefined, folder: ManifestsFolder): CommandError {
  const hintOf = (what: string): string =>
    `podkeep edit ${what}, and give its template another annotation ${restartedAtAnnotation}`
  const kind = kindOfWord(object.namespace)
  if (kind !== null && kind !== 'Pod') {
    return usageError(`only pods are restarted, not a ${kind}`, hintOf(`${kind.toLowerCase()}/${object.name}`))
  }
  const owner = pod?.owner ?? null
  if (pod === undefined || owner === null) return notInDirectory(objectText(object), folder)
  const message = `${objectText(object)} is made from the template of ${owner.kind} ${owner.name}`
  return new CommandError(exitCode.problem, message, hintOf(pod.file))
}

function requireContainer(pod: DesiredPod, container: string): void {
  const names = [...pod.containers, ...pod.initContainers].map(({ name }) => name)
  if (names.includes(container)) return
  const message = `container ${JSON.stringify(container)} is not in pod ${JSON.stringify(pod.name)}`
  throw new CommandError(exitCode.problem, message, `it has ${names.join(', ')}`)
}
