/** kubectl's JSONPath, with the answers that kubectl's documentation gives. */

import t from 'tap'

import { jsonPath } from '../../../lib/cli/output/jsonpath.js'

const list = {
  kind: 'List',
  items: [
    {
      kind: 'Node',
      metadata: { name: '127.0.0.1', labels: { 'a.b/c': 'dotted' } },
      status: { capacity: { cpu: '4' }, addresses: [{ type: 'LegacyHostIP', address: '127.0.0.1' }] },
    },
    {
      kind: 'Node',
      metadata: { name: '127.0.0.2' },
      status: {
        capacity: { cpu: '8' },
        addresses: [
          { type: 'LegacyHostIP', address: '127.0.0.2' },
          { type: 'another', address: '127.0.0.3' },
        ],
      },
    },
  ],
  users: [
    { name: 'myself', user: {}, age: 4 },
    { name: 'e2e', user: { username: 'admin', password: 'secret' }, age: 30 },
  ],
}

await t.test('templates give what kubectl gives', async (t) => {
  const table: [string, string][] = [
    ['kind is {.kind}', 'kind is List'],
    ["{['kind']}", 'List'],
    ['{..name}', '127.0.0.1 127.0.0.2 myself e2e'],
    ['{.items[*].metadata.name}', '127.0.0.1 127.0.0.2'],
    ['.items[0].metadata.name', '127.0.0.1'],
    ['{.users[0].name}', 'myself'],
    ['{.users[-1].name}', 'e2e'],
    ['{.users[0:1].name}', 'myself'],
    ['{.users[?(@.name=="e2e")].user.password}', 'secret'],
    ['{.users[?(@.age>=30)].name}', 'e2e'],
    ['{.users[?(@.user.username)].name}', 'e2e'],
    ['{range .items[*]}[{.metadata.name}, {.status.capacity.cpu}] {end}', '[127.0.0.1, 4] [127.0.0.2, 8] '],
    ['{range .items[*]}{.metadata.name}{"\\t"}{"}"}{"\\n"}{end}', '127.0.0.1\t}\n127.0.0.2\t}\n'],
    ['{.items[0].metadata.labels.a\\.b/c}', 'dotted'],
    ["{.items[*]['metadata.name', 'kind']}", 'Node Node'],
    ['{.users[1].user}', '{"username":"admin","password":"secret"}'],
    ['{.nothing.of.it}', ''],
    ['{.constructor.name}{.items.length}', ''],
    ['{@.kind}{$.kind}', 'ListList'],
  ]
  for (const [template, text] of table) t.equal(jsonPath(template)(list), text, template)
})

await t.test('what cannot be read is told', async (t) => {
  const table: [string, string][] = [
    ['{.items', 'the { at character 1 is not closed'],
    ['{range .items[*]}x', 'a {range} without its {end}'],
    ['x{end}', '{end} without a {range}'],
    ['{.items[one]}', `cannot read [one]: an index, a slice, 'names', * or ?(@.field=="value") is expected`],
    ['{.items[?(name)]}', 'cannot read the condition name: write @.field=="value"'],
    ['{.items[?(@.a==b)]}', 'b is no value: quote it'],
    ['{items(1)}', 'cannot read "items(1)" in "items(1)"'],
    ['{"open}', 'the { at character 1 is not closed'],
  ]
  for (const [template, message] of table) t.throws(() => jsonPath(template), { message }, template)
})
