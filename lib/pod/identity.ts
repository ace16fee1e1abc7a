/** Names that must not be mixed up, each with its one constructor. */

export type PodKey = string & { readonly brand: 'PodKey' }
export type PodUid = string & { readonly brand: 'PodUid' }
export type ContainerId = string & { readonly brand: 'ContainerId' }

/** `namespace/name`: what a pod *is* for podkeep, whatever its uid. */
export function podKey(namespace: string, name: string): PodKey {
  return `${namespace}/${name}` as PodKey
}

export function podUid(text: string): PodUid {
  return text as PodUid
}

/** The engine's full id (64 hex digits on Docker). */
export function containerId(text: string): ContainerId {
  return text as ContainerId
}

/** The engine's short form, for people. */
export function shortId(id: ContainerId): string {
  return id.slice(0, 12)
}
