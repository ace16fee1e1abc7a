/** Source: Go's time.Duration String. */

import t from 'tap'

import { goDuration } from '../../../lib/pod/index.js'

await t.test('a duration reads as Go prints it', async (t) => {
  const texts = {
    0: '0s',
    850: '850ms',
    2500: '2.5s',
    40_000: '40s',
    80_000: '1m20s',
    300_000: '5m0s',
    3_661_000: '1h1m1s',
  }
  for (const [ms, text] of Object.entries(texts)) t.equal(goDuration(Number(ms)), text)
})
