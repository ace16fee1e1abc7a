/** A volume store on a folder of its own, which goes with the test. */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Test } from 'tap'

import type { Logger } from '../../lib/ports/index.js'
import { LocalVolumeStore } from '../../lib/volume/index.js'
import { silentLogger } from './logger.js'

export interface StorePlace {
  readonly root: string
  /** Where the pods' folders are. */
  readonly pods: string
  readonly store: LocalVolumeStore
}

export function volumeStore(t: Test, logger: Logger = silentLogger): StorePlace {
  const root = mkdtempSync(join(tmpdir(), 'podkeep-volume-'))
  t.teardown(() => rmSync(root, { recursive: true, force: true }))
  const pods = join(root, 'pods')
  return { root, pods, store: new LocalVolumeStore({ podsDirectory: pods, logger }) }
}
