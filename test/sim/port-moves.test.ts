/**
 * Edits that move ports of the host between two to four pods at any moment, stops that take their time, podkeep killed in between:
 *
 * M1  No running container is stopped for a port that it could not get then: another pod has it, and does not wait, over others or not, for
 *     what would be given up here.
 * M2  The engine is never asked for a port that is in use.
 * M3  When no two pods want the same port, and nothing changes any more, every pod runs with what it wants.
 * M4  When two do, everybody who does not run as asked wants a port that somebody has, or that goes to somebody else first.
 *
 * `PODKEEP_SIM_SEED=7 npm test -- sim/port-moves` repeats one, PODKEEP_SIM_RUNS asks for more.
 */

import t from 'tap'

import { PortLife } from './port-life.js'

const runs = Number(process.env['PODKEEP_SIM_RUNS'] ?? 60)
const onlySeed = process.env['PODKEEP_SIM_SEED']
const seeds = onlySeed === undefined ? Array.from({ length: runs }, (_, index) => index + 1) : [Number(onlySeed)]

for (const seed of seeds) {
  await t.test(`seed ${String(seed)}`, async (t) => {
    const life = new PortLife(seed)
    t.teardown(() => onlySeed !== undefined && t.comment(life.world.log.join('\n')))
    await life.play()
    t.strictSame(life.violations, [])
    t.strictSame(await life.quiet(), [], 'everybody has what it wants, or waits for somebody')
    await life.settle()
    t.strictSame(life.unlike(), [], 'and once no two want the same, everybody has what it wants')
    t.strictSame(life.violations, [])
    t.strictSame(
      life.world.log.filter((line) => line.includes('already allocated')),
      [],
    )
  })
}
