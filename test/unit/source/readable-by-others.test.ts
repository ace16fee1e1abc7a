/** Who else may read a manifest file. */

import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'

import { lookAtFile } from '../../../lib/source/index.js'

await t.test('a file that its group or everybody may read says so, and no other', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'podkeep-readers-'))
  t.teardown(() => {
    rmSync(directory, { recursive: true })
  })
  const path = join(directory, 'db.yaml')
  writeFileSync(path, 'kind: Secret\n')
  for (const [mode, expected] of [
    [0o600, undefined],
    [0o640, true],
    [0o604, true],
    [0o622, undefined],
  ] as const) {
    chmodSync(path, mode)
    const file = lookAtFile(path)
    t.equal(file.kind === 'read' ? file.isReadableByOthers : 'not read', expected, mode.toString(8))
  }
})
