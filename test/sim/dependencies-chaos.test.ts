/** Pods that depend on each other through random lives; PODKEEP_SIM_SEED and PODKEEP_SIM_RUNS as in chaos.test.ts. */

import t from 'tap'

import { DependentLife } from './dependent-life.js'

const runs = Number(process.env['PODKEEP_SIM_RUNS'] ?? 40)
const onlySeed = process.env['PODKEEP_SIM_SEED']
const seeds = onlySeed === undefined ? Array.from({ length: runs }, (_, index) => index + 1) : [Number(onlySeed)]

for (const seed of seeds) {
  await t.test(`seed ${String(seed)}`, async (t) => {
    const life = new DependentLife(seed)
    t.teardown(() => onlySeed !== undefined && t.comment(life.world.log.slice(-4000).join('\n')))
    await life.play()
    t.strictSame(life.violations, [], 'no invariant is broken')
    t.strictSame(await life.quiet(), [], 'and everything ends as asked')
  })
}
