/** The engine's hosts file with podkeep's part in it. */

import fc from 'fast-check'
import t from 'tap'

import { withNames } from '../../../lib/docker/hosts-file.js'

const engines = '127.0.0.1\tlocalhost\n10.0.0.9\tclient\n'
const web = { ip: '10.0.0.1', names: ['web.shop', 'web'] }

await t.test('podkeep’s part stands at the end, is replaced as a whole, and goes with its last name', async (t) => {
  const named = withNames(engines, [web])
  t.equal(named, `${engines}# podkeep: Services\n10.0.0.1\tweb.shop web\n# podkeep: end\n`)
  t.equal(withNames(named, [web]), named)
  const other = withNames(named, [{ ip: '10.0.0.2', names: ['web.shop'] }])
  t.equal(other, `${engines}# podkeep: Services\n10.0.0.2\tweb.shop\n# podkeep: end\n`)
  t.equal(withNames(named, []), engines)
  t.equal(withNames(engines, []), engines)
})

await t.test('what the engine or a program adds stays, wherever it stands', async (t) => {
  const added = `${withNames(engines, [web])}10.9.9.9\tadded\n`
  t.equal(withNames(added, []), `${engines}10.9.9.9\tadded\n`)
  t.equal(withNames('10.0.0.9\tclient', [web]).split('\n')[0], '10.0.0.9\tclient', 'also a last line without its end')
  t.equal(withNames(`${engines}# podkeep: Services\n10.0.0.1\tcut off`, []), engines, 'half of a part is a part')
})

await t.test('taking the names out gives back what was there before them', async () => {
  const line = fc.stringMatching(/^[a-z0-9. ]{1,20}$/)
  fc.assert(
    fc.property(fc.array(line), fc.array(line), (before, names) => {
      const text = before.map((one) => `${one}\n`).join('')
      return withNames(withNames(text, [{ ip: '10.0.0.1', names }]), []) === text
    }),
  )
})
