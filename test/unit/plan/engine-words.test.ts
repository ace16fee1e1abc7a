/** What is told of the engine's words about a container whose variables come from Secrets. */

import t from 'tap'

import { toldOfMade, toldOfNew } from '../../../lib/plan/index.js'
import { configKey, type ConfigKind, type EnvVar } from '../../../lib/pod/index.js'
import { aConfig, anObject } from '../../support/configs.js'
import { aContainer, aPod, created } from '../../support/pods.js'

const from = (kind: ConfigKind, object: string, key: string): EnvVar => ({
  name: key.toUpperCase(),
  value: '',
  valueFrom: { kind: 'configKeyRef', object: configKey(kind, 'default', object), key, optional: false },
})

const pod = aPod({
  containers: [
    aContainer('app', {
      env: [from('ConfigMap', 'app', 'plain'), from('Secret', 'db', 'tok')],
      envFrom: [{ object: configKey('Secret', 'default', 'all'), prefix: '', optional: true }],
    }),
    aContainer('other'),
  ],
})

function told(words: string, tok: string, all: Record<string, string> = {}): string | undefined {
  const objects = [
    anObject('ConfigMap', 'app', { plain: 'in-the-open' }),
    anObject('Secret', 'db', { tok, unread: 'unread-value' }),
    anObject('Secret', 'all', all),
  ]
  return toldOfNew(pod, 'app', aConfig(objects))?.(words)
}

await t.test('each value is masked wherever it stands, as it is and as it is quoted', (t) => {
  t.equal(told('exec: "/hunter2": stat /hunter2: nothing', '/hunter2'), 'exec: "(hidden)": stat (hidden): nothing')
  t.equal(told('exec: "/hunter2-x"', '/hunter2'), 'exec: "(hidden)-x"', 'a part of a word')
  t.equal(told('exec: "a\\"b\\\\c\\nd\\x1b"', 'a"b\\c\nd\x1b'), 'exec: "(hidden)"', 'quoted')
  t.equal(told('"exec: \\"a\\\\\\"bc\\""', 'a"bc'), '"exec: \\"(hidden)\\""', 'and quoted once more')
  t.equal(
    told('exec: "hunter2\\n": stat hunter2', 'hunter2\n'),
    'exec: "(hidden)\\n": stat (hidden)',
    'space at its end',
  )
  t.equal(
    told('hunter2-long and hunter2', 'hunter2', { b: 'hunter2-long' }),
    '(hidden) and (hidden)',
    'the longest first',
  )
  t.equal(told('in-the-open unread-value hunter2', 'hunter2'), 'in-the-open unread-value (hidden)', 'no other values')
  t.end()
})

await t.test('what is under four characters is not masked, and without values words are as they came', (t) => {
  t.equal(told('exec: "abc"', 'abc'), undefined)
  t.equal(told('exec: "abcd"', 'abcd'), 'exec: "(hidden)"')
  const config = aConfig([anObject('Secret', 'db', { tok: 'hunter2' })])
  t.equal(toldOfNew(pod, 'other', config), null, 'it reads no Secret')
  t.equal(toldOfNew(null, 'app', config), null)
  t.end()
})

await t.test('what was made from a Secret that is another one now, or not known, has no words', (t) => {
  const variables = { 'Secret default/db': '<tok hunter2>', 'Secret default/all': '', 'ConfigMap default/app': 'x' }
  const made = (keyId = 'key-1'): ReturnType<typeof created> =>
    created(pod, 'app', { error: 'exec: "hunter2"', config: JSON.stringify({ keyId, variables }) })
  const at = (tok: string | null, of = made(), ofPod: typeof pod | null = pod): string | undefined => {
    const objects = tok === null ? [] : [anObject('Secret', 'db', { tok })]
    return toldOfMade(ofPod, of, aConfig(objects))?.(of.error)
  }
  const withheld = (which: string): string =>
    `what the engine says is withheld, for it may show a value of ${which}, which is not known or was changed since`
  t.equal(at('hunter2'), 'exec: "(hidden)"')
  t.equal(at('swordfish'), withheld('Secret default/db'))
  t.equal(at(null), withheld('Secret default/db'))
  const both = withheld('Secret default/db and Secret default/all')
  t.equal(at('hunter2', made('another key')), both)
  t.equal(at('hunter2', made(), null), both, 'its pod is not known')
  t.equal(at('hunter2', created(pod, 'other', { error: 'exec: "x"' })), undefined, 'it read nothing')
  t.end()
})
