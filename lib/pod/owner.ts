/**
 * The workload that a pod is of: written into its manifest as the owner reference that Kubernetes' clients look for, and read
 * from there again, for the manifest is what survives.
 */

import { createHash } from 'node:crypto'

import type { V1Pod } from './v1.js'

export interface PodOwner {
  readonly apiVersion: string
  readonly kind: string
  readonly name: string
}

/** Its uid follows from its name, so that it tells ours from one that some API server wrote. */
export function ownerReference({ apiVersion, kind, name }: PodOwner, namespace: string): Record<string, unknown> {
  const uid = ownerUid({ apiVersion, kind, name }, namespace)
  return { apiVersion, blockOwnerDeletion: true, controller: true, kind, name, uid }
}

export function ownerOf({ metadata }: V1Pod): PodOwner | null {
  const references: unknown = metadata['ownerReferences']
  if (!Array.isArray(references)) return null
  for (const reference of references as Record<string, unknown>[]) {
    const { apiVersion, kind, name, uid } = reference
    if (typeof apiVersion !== 'string' || typeof kind !== 'string' || typeof name !== 'string') continue
    const owner = { apiVersion, kind, name }
    if (uid === ownerUid(owner, metadata.namespace)) return owner
  }
  return null
}

/** A run of a CronJob is a Job of its own, told by its label. */
export function isOfSameJob(one: Owned, other: Owned | null): boolean {
  const label = 'batch.kubernetes.io/job-name'
  const name = one.manifest.metadata.labels?.[label]
  const isJob = one.owner?.kind === 'Job' || one.owner?.kind === 'CronJob'
  return isJob && other?.owner?.kind === one.owner.kind && name === other.manifest.metadata.labels?.[label]
}

interface Owned {
  readonly owner: PodOwner | null
  readonly manifest: V1Pod
}

function ownerUid({ apiVersion, kind, name }: PodOwner, namespace: string): string {
  const text = ['podkeep', apiVersion, kind, namespace, name].join('/')
  const hex = createHash('sha256').update(text).digest('hex')
  // Version 8 of RFC 9562: a value of one's own making.
  const parts = [hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(13, 16)}`, `a${hex.slice(17, 20)}`, hex.slice(20, 32)]
  return parts.join('-')
}
