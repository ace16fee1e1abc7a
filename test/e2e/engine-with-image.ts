/** What every e2e file that needs an engine begins with: one of its own, with the image of its pods. */

import t from 'tap'

import { engineMissing, startTestEngine, type TestEngine, type TestEngineOptions } from '../support/engine.js'
import { importBusybox } from '../support/images.js'
import { image } from './manifests.js'

/** Ends the file as skipped, with the reason, on a machine that can have no engine. */
export async function engineWithImage(options: TestEngineOptions = {}): Promise<TestEngine> {
  t.setTimeout(600_000)
  const missing = engineMissing(options)
  if (missing !== false) {
    t.plan(0, missing)
    process.exit(0)
  }
  const engine = await startTestEngine(options)
  t.teardown(() => engine.close())
  await importBusybox(engine.socketPath, image)
  return engine
}
