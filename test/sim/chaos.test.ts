/**
 * Random pods, random deaths, random edits, podkeep and engine killed at any moment, calls that fail before or after their
 * effect, events late and out of order: the invariants hold at every step, and when it gets quiet everything is as asked.
 *
 * Every run has a seed; `PODKEEP_SIM_SEED=7 npm test -- sim/chaos` repeats one, PODKEEP_SIM_RUNS asks for more.
 */

import t from 'tap'

import { RandomLife } from './random-life.js'

const runs = Number(process.env['PODKEEP_SIM_RUNS'] ?? 120)
const onlySeed = process.env['PODKEEP_SIM_SEED']
const seeds = onlySeed === undefined ? Array.from({ length: runs }, (_, index) => index + 1) : [Number(onlySeed)]

for (const seed of seeds) {
  await t.test(`seed ${String(seed)}`, async (t) => {
    const life = new RandomLife(seed)
    t.teardown(() => onlySeed !== undefined && t.comment(life.world.log.slice(-4000).join('\n')))
    await life.play()
    t.strictSame(life.watcher.violations, [], 'no invariant is broken')
    t.strictSame(await life.quiet(), [], 'and everything ends as asked')
  })
}
