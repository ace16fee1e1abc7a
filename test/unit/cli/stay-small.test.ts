import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import t from 'tap'

import { checkout } from '../../support/checkout.js'

/** What a program's new space is after a burst in which much stays alive for a while. */
const burst = `
  import { getHeapSpaceStatistics } from 'node:v8'
  let kept = []
  for (let at = 0; at < 300_000; at += 1) {
    kept.push({ at, text: String(at) })
    if (kept.length > 100_000) kept = kept.slice(50_000)
  }
  console.log(getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space').space_size)
`
const newSpaceAfter = (before: string): number =>
  Number(execFileSync(process.execPath, ['--input-type=module', '--eval', `${before}\n${burst}`], { encoding: 'utf8' }))

await t.test('a burst leaves nothing behind that V8 would keep for the next one', async (t) => {
  const module = join(checkout, 'dist/lib/cli/stay-small.js')
  const small = newSpaceAfter(`import { staySmall } from ${JSON.stringify(module)}; staySmall()`)
  t.ok(small <= 4 * 1024 * 1024, `${small} bytes`)
  t.ok(newSpaceAfter('') > 2 * small, 'without it there would be much more')
})
