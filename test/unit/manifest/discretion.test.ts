import t from 'tap'

import { decodeFile } from '../../../lib/manifest/index.js'
import { usualPolicy } from '../../../lib/manifest/policy.js'
import { problemText } from '../../../lib/pod/index.js'

const problems = (kind: string, value: string): string[] =>
  decodeFile(
    'a.yaml',
    Buffer.from(`apiVersion: v1\nkind: ${kind}\nmetadata: {name: db}\nstringData:\n  password: ${value}\n`),
    usualPolicy,
  ).problems.map(problemText)

await t.test('what the parser takes for a tag or an alias may be a password, and is not repeated', (t) => {
  for (const value of ['!Summer2026', '*ZEBRA6', '!!Summer2026', '&ZEBRA6 *ZEBRA7', '! *ZEBRA6', '!<ZEBRA8> x']) {
    for (const kind of ['Secret', 'secret', '"Secret"', 'Sceret', '']) {
      const told = problems(kind, value)
      t.ok(told.length > 0, `${kind} ${value} is refused`)
      t.notMatch(told.join('\n'), /Summer2026|ZEBRA/, `${kind} ${value}`)
    }
  }
  t.strictSame(
    problems('Secret', '!Summer2026').map((text) => text.includes('(hidden)')),
    [true],
  )
  const pod = decodeFile('a.yaml', Buffer.from('apiVersion: v1\nkind: Pod\nspec: *ZEBRA6\n'), usualPolicy)
  t.match(pod.problems.map(problemText), [/\*ZEBRA6/], 'elsewhere it is told')
  t.end()
})
