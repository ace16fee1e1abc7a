/** Which pods are behind a Service. */

import t from 'tap'

import { selects } from '../../../lib/pod/index.js'

const service = { namespace: 'shop', selector: { app: 'web', tier: 'front' } }

await t.test('a Service selects the pods of its namespace that carry every label of its selector', async (t) => {
  const labels = { app: 'web', tier: 'front', more: 'x' }
  t.equal(selects(service, { namespace: 'shop', labels }), true)
  t.equal(selects(service, { namespace: 'other', labels }), false)
  t.equal(selects(service, { namespace: 'shop', labels: { app: 'web' } }), false)
  t.equal(selects(service, { namespace: 'shop', labels: { app: 'web', tier: 'back' } }), false)
})

await t.test('a Service without a selector selects nothing, and labels are a pod’s own', async (t) => {
  t.equal(selects({ namespace: 'shop', selector: {} }, { namespace: 'shop', labels: { app: 'web' } }), false)
  t.equal(selects({ namespace: 'shop', selector: { toString: 'x' } }, { namespace: 'shop', labels: {} }), false)
})
