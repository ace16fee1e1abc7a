/** The pods that are measured, and how their manifests arrive: whole, by a rename. */

import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export interface PodWish {
  readonly name: string
  readonly image: string
  readonly hostNetwork?: boolean
  readonly restartPolicy?: 'Always' | 'Never'
  /** Limits of the app, for editing. */
  readonly cpuMillis?: number
}

export function podText({ name, image, hostNetwork, restartPolicy, cpuMillis }: PodWish): string {
  const lines = [
    'apiVersion: v1',
    'kind: Pod',
    'metadata:',
    `  name: ${name}`,
    'spec:',
    ...(hostNetwork === true ? ['  hostNetwork: true'] : []),
    ...(restartPolicy === undefined ? [] : [`  restartPolicy: ${restartPolicy}`]),
    '  containers:',
    '    - name: app',
    `      image: ${image}`,
    '      imagePullPolicy: Never',
    ...(cpuMillis === undefined ? [] : ['      resources:', '        limits:', `          cpu: ${cpuMillis}m`]),
  ]
  return `${lines.join('\n')}\n`
}

export class ManifestFolder {
  readonly directory: string
  readonly #beside: string

  constructor(folder: string) {
    this.directory = join(folder, 'manifests')
    this.#beside = join(folder, 'beside')
    for (const path of [this.directory, this.#beside]) mkdirSync(path, { recursive: true })
  }

  /** Writes them beside; the answer renames them into place and tells when it began. */
  prepare(wishes: readonly PodWish[]): () => number {
    for (const wish of wishes) writeFileSync(join(this.#beside, fileOf(wish.name)), podText(wish))
    return () => {
      const beganMs = performance.now()
      for (const { name } of wishes) renameSync(join(this.#beside, fileOf(name)), join(this.directory, fileOf(name)))
      return beganMs
    }
  }

  remove(names: readonly string[]): void {
    for (const name of names) rmSync(join(this.directory, fileOf(name)), { force: true })
  }
}

function fileOf(name: string): string {
  return `${name}.yaml`
}
