/** An unknown field: what was probably meant. */

import { podFields } from './schema/pod-fields.generated.js'

export interface Guess {
  readonly suggestion: string
  /** The field of the same object that was meant, or null when the field belongs elsewhere. */
  readonly sibling: string | null
}

/** Words of other tools, and what Kubernetes calls them. */
const foreignWords: Readonly<Record<string, string>> = {
  environment: 'env',
  entrypoint: 'command',
  cmd: 'args',
  restart: 'restartPolicy',
  mounts: 'volumeMounts',
  working_dir: 'workingDir',
  network_mode: 'hostNetwork',
}

export interface Whole {
  /** Of the whole document. */
  readonly definition: string
  /** The pointer of its pod template. */
  readonly template: string | null
}

/** `definition` is the definition the object is of, `pattern` its path without indexes: `spec.containers[]`. */
export function guessField(name: string, definition: string, pattern: string, whole: Whole): Guess | null {
  const siblings = Object.keys(podFields[definition] ?? {})
  const lower = name.toLowerCase()
  const otherCase = siblings.find((sibling) => sibling.toLowerCase() === lower)
  if (otherCase !== undefined)
    return { suggestion: `did you mean "${otherCase}"? Field names are case-sensitive`, sibling: otherCase }
  const close = nearest(name, siblings)
  if (close !== null && close.distance <= 1) return sibling(close.word)
  const foreign = Object.hasOwn(foreignWords, lower) ? foreignWords[lower] : undefined
  if (foreign !== undefined && siblings.includes(foreign)) return sibling(foreign)
  const home = homeOf(foreign ?? name, pattern, homesOf(whole))
  if (home !== null) return { suggestion: belongs(foreign ?? name, name, home), sibling: null }
  return close === null ? null : sibling(close.word)
}

function sibling(name: string): Guess {
  return { suggestion: `did you mean "${name}"?`, sibling: name }
}

function belongs(word: string, written: string, home: string): string {
  const place = home === '' ? 'the top level' : home
  return word === written ? `"${word}" belongs to ${place}` : `did you mean "${word}"? It belongs to ${place}`
}

type Homes = Readonly<Record<string, string>>

/** Where misplaced fields are looked for: the part of a Pod that people write by hand. */
const podHomes: Homes = {
  '': 'V1Pod',
  metadata: 'V1ObjectMeta',
  spec: 'V1PodSpec',
  'spec.securityContext': 'V1PodSecurityContext',
  'spec.containers[]': 'V1Container',
  'spec.containers[].resources': 'V1ResourceRequirements',
  'spec.containers[].ports[]': 'V1ContainerPort',
  'spec.containers[].env[]': 'V1EnvVar',
  'spec.containers[].volumeMounts[]': 'V1VolumeMount',
  'spec.containers[].securityContext': 'V1SecurityContext',
  'spec.containers[].lifecycle': 'V1Lifecycle',
  'spec.containers[].livenessProbe': 'V1Probe',
  'spec.volumes[]': 'V1Volume',
  'spec.volumes[].hostPath': 'V1HostPathVolumeSource',
  'spec.volumes[].emptyDir': 'V1EmptyDirVolumeSource',
}

/** The same of another kind: the levels down to its template, and the Pod's below that. */
function homesOf({ definition, template }: Whole): Homes {
  if (definition === 'V1Pod') return podHomes
  const steps = (template ?? '/spec').split('/').slice(1)
  const types = steps.reduce<string[]>(
    (above, step) => [...above, podFields[above.at(-1) ?? '']?.[step] ?? 'any'],
    [definition],
  )
  const path = (length: number): string => steps.slice(0, length).join('.')
  const levels = Object.fromEntries(types.map((type, at) => [path(at), type]))
  const below = Object.entries(template === null ? {} : podHomes).filter(([place]) => place !== '')
  const ofTemplate = Object.fromEntries(below.map(([place, type]) => [`${path(steps.length)}.${place}`, type]))
  return { ...levels, metadata: 'V1ObjectMeta', ...ofTemplate }
}

/** The nearest place that has the field: what contains the wrong place, then what it contains, then the one nearest to the top. */
function homeOf(name: string, pattern: string, homes: Homes): string | null {
  const here = pattern.replace('spec.initContainers[]', 'spec.containers[]')
  const places = Object.keys(homes).filter(
    (home) => home !== here && Object.hasOwn(podFields[homes[home] ?? ''] ?? {}, name),
  )
  const within = (outer: string, inner: string): boolean =>
    outer === '' || inner.startsWith(`${outer}.`) || inner.startsWith(`${outer}[`)
  const outside = places.filter((home) => within(home, here)).sort((a, b) => levels(b) - levels(a))
  const inside = places.filter((home) => within(here, home)).sort((a, b) => levels(a) - levels(b))
  return outside[0] ?? inside[0] ?? places.sort((a, b) => levels(a) - levels(b))[0] ?? null
}

function levels(pattern: string): number {
  return pattern === '' ? 0 : pattern.split('.').length
}

interface Nearest {
  readonly word: string
  readonly distance: number
}

/** null when nothing is near enough to be meant. */
export function nearest(word: string, candidates: readonly string[]): Nearest | null {
  const most = Math.max(1, Math.floor(word.length / 3))
  if (word.length > longestName) return null
  return candidates.reduce<Nearest | null>((best, candidate) => {
    const limit = Math.min(most, best === null ? most : best.distance - 1)
    if (Math.abs(candidate.length - word.length) > limit) return best
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase())
    return distance <= limit ? { word: candidate, distance } : best
  }, null)
}

const longestName = 60

/** Insertions, deletions, replacements and swaps of neighbours (optimal string alignment). */
export function editDistance(from: string, to: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: to.length + 1 }, (_, at) => at)
  for (let i = 1; i <= from.length; i++) {
    const row = [i]
    for (let j = 1; j <= to.length; j++) {
      const replaced = (last[j - 1] ?? 0) + (from[i - 1] === to[j - 1] ? 0 : 1)
      const swapped = from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1] ? (beforeLast[j - 2] ?? 0) + 1 : replaced
      row.push(Math.min(replaced, swapped, (last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1))
    }
    beforeLast = last
    last = row
  }
  return last[to.length] ?? 0
}
