/** What doctor finds in an engine's words, and what it says to type. */

import { join } from 'node:path'

import t from 'tap'

import { startFolders } from '../../../bin/private-engine.mjs'
import { engineChecks } from '../../../lib/cli/doctor/engine-checks.js'
import type { Check } from '../../../lib/cli/doctor/check.js'
import type { EngineReport } from '../../../lib/docker/index.js'

const healthy: EngineReport = {
  version: '20.10.24',
  apiVersion: '1.41',
  storageDriver: 'overlay2',
  logDriver: 'json-file',
  cgroupVersion: '2',
  dataRoot: '/var/lib/docker',
  liveRestore: true,
  isRootless: false,
  limitsMemory: true,
  limitsCpu: true,
  forwardsIPv4: true,
  warnings: [],
  clockMs: null,
  containersByNode: new Map(),
}

function troubles(report: Partial<EngineReport>): Check[] {
  const checks = engineChecks({ ...healthy, ...report }, { fromMs: 0, untilMs: 0, node: 'box' })
  return checks.filter(({ health }) => health !== 'good')
}

await t.test('nothing is to be mended in an engine that has everything', async (t) => {
  t.strictSame(troubles({}), [])
})

await t.test('the machine’s engine is told by its own settings file', async (t) => {
  t.match(troubles({ liveRestore: false, storageDriver: 'vfs' }), [
    {
      name: 'storage driver',
      fix: 'put "storage-driver": "overlay2" into /etc/docker/daemon.json, on a file system for overlay2 (ext4, xfs with ftype=1)',
    },
    {
      name: 'live restore',
      fix: 'put "live-restore": true into /etc/docker/daemon.json, then systemctl reload docker',
    },
  ])
})

await t.test('of npm start’s private engine nothing is advised that it would not read', async (t) => {
  const dataRoot = join(startFolders.data, 'docker')
  t.strictSame(troubles({ liveRestore: false, dataRoot }), [])
  t.match(troubles({ liveRestore: false, storageDriver: 'vfs', dataRoot }), [
    {
      name: 'storage driver',
      fix: `npm run engine:stop, then mount a file system for overlay2 (ext4, xfs with ftype=1) on ${startFolders.data}`,
    },
  ])
})
