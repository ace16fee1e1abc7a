/** What the state folder remembers, as the files said it. */

import { decodeStoredPod, type DecodedFile } from '../manifest/index.js'
import type { ConfigObject, PodRecord } from '../pod/index.js'

export function storedFiles(records: readonly PodRecord[], configs: readonly ConfigObject[]): DecodedFile[] {
  const place = { line: 1, column: 1 }
  const pods = records.flatMap(({ manifest, file }) => {
    const pod = decodeStoredPod(manifest, file)
    return pod === null ? [] : [pod]
  })
  const names = new Set([...pods, ...configs].map(({ file }) => file))
  return [...names].map((file) => ({
    file,
    pods: pods.filter((pod) => pod.file === file).map((pod) => ({ pod, ...place })),
    objects: configs.filter((object) => object.file === file).map((object) => ({ object, ...place })),
    services: [],
    problems: [],
    warnings: [],
  }))
}
