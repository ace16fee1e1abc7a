/**
 * What podkeep writes on a container and reads back after its own restart: with the state folder, its whole memory.
 * The first four are Kubernetes' (cAdvisor, log shippers and dashboards read them). `io.kubernetes.docker.type` is left out
 * on purpose: with it, a kubelet on the same host would adopt our containers.
 */

import { containerId, podUid } from './identity.js'
import type { ContainerIdentity, ContainerKind } from './observed.js'

const kubernetesName = 'io.kubernetes.pod.name'
const kubernetesNamespace = 'io.kubernetes.pod.namespace'
const kubernetesUid = 'io.kubernetes.pod.uid'
const kubernetesContainer = 'io.kubernetes.container.name'
const kind = 'io.podkeep.kind'
const attempt = 'io.podkeep.attempt'
const crashes = 'io.podkeep.crashes'
const failures = 'io.podkeep.failures'
const round = 'io.podkeep.round'
const hash = 'io.podkeep.hash'
const podHash = 'io.podkeep.pod-hash'
const sandbox = 'io.podkeep.sandbox'
const manifest = 'io.podkeep.manifest'
const graceMs = 'io.podkeep.grace-ms'
const podStartedAtMs = 'io.podkeep.pod-started-at-ms'
const config = 'io.podkeep.config'

/** Marks what belongs to this podkeep; its value is the node name, so two podkeeps of two names on one engine never meet. */
export const nodeLabel = 'io.podkeep.node'
/** Which state folder it was made under; tells two podkeeps of one node name apart. */
const stateFolder = 'io.podkeep.state-folder'

/** Who makes a container. */
export interface Owner {
  readonly node: string
  /** The id of the state folder. */
  readonly stateFolderId: string
}

export function encodeLabels(owner: Owner, identity: ContainerIdentity): Record<string, string> {
  return {
    [nodeLabel]: owner.node,
    [stateFolder]: owner.stateFolderId,
    [kubernetesName]: identity.podName,
    [kubernetesNamespace]: identity.namespace,
    [kubernetesUid]: identity.podUid,
    [kubernetesContainer]: identity.name,
    [kind]: identity.kind,
    [attempt]: String(identity.attempt),
    [crashes]: String(identity.crashes),
    ...(identity.failures !== undefined && { [failures]: String(identity.failures) }),
    [round]: String(identity.round),
    [hash]: identity.hash,
    [podHash]: identity.podHash,
    [sandbox]: identity.sandboxId ?? '',
    [manifest]: identity.file,
    [graceMs]: String(identity.graceMs),
    [podStartedAtMs]: String(identity.podStartedAtMs),
    ...(identity.config !== undefined && { [config]: identity.config }),
  }
}

/** null when the labels are not podkeep's, or damaged: such a container is never touched. */
export function decodeLabels(labels: Readonly<Record<string, string>>): ContainerIdentity | null {
  const kindText = labels[kind]
  const name = labels[kubernetesName]
  const namespace = labels[kubernetesNamespace]
  const uid = labels[kubernetesUid]
  const container = labels[kubernetesContainer]
  const attemptNumber = wholeNumber(labels[attempt])
  if (!isKind(kindText) || !name || !namespace || !uid || !container || attemptNumber === null) return null
  return {
    namespace,
    podName: name,
    podUid: podUid(uid),
    kind: kindText,
    name: container,
    attempt: attemptNumber,
    crashes: wholeNumber(labels[crashes]) ?? 0,
    ...failuresIn(labels),
    round: wholeNumber(labels[round]) ?? 0,
    hash: labels[hash] ?? '',
    podHash: labels[podHash] ?? '',
    sandboxId: labels[sandbox] ? containerId(labels[sandbox]) : null,
    file: labels[manifest] ?? '',
    graceMs: wholeNumber(labels[graceMs]) ?? 30_000,
    podStartedAtMs: wholeNumber(labels[podStartedAtMs]) ?? 0,
    ...(labels[config] !== undefined && { config: labels[config] }),
  }
}

/** Of this node's name, and made under another state folder. */
export function isForeign(owner: Owner, labels: Readonly<Record<string, string>>): boolean {
  return labels[stateFolder] !== owner.stateFolderId
}

function failuresIn(labels: Readonly<Record<string, string>>): Pick<ContainerIdentity, 'failures'> {
  const count = wholeNumber(labels[failures])
  return count === null ? {} : { failures: count }
}

function isKind(text: string | undefined): text is ContainerKind {
  return text === 'sandbox' || text === 'init' || text === 'container'
}

function wholeNumber(text: string | undefined): number | null {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : null
}
