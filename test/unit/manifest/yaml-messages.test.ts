/** What is said of a file that is not YAML: the exact words, and where. */

import t from 'tap'

import { decodeFile } from '../../../lib/manifest/index.js'
import { syntaxMessage } from '../../../lib/manifest/yaml-messages.js'
import { problemText } from '../../../lib/pod/index.js'

const misfit =
  'this does not fit here: wrong indentation, or a value that needs quotes (indent fields of one object alike; put a text that contains ": " or starts with a quote into quotes)'
const outside =
  'this does not belong to what stands before it (check the indentation, or separate documents with a line "---")'
const neither = 'this is neither "field: value" nor the end of a value (is a ":" missing?)'
const comma = 'a "," is missing between two entries of a {...} or [...]'
const control = 'a control character stands in a quoted text (write it as an escape in "...", for example \\u0007)'
const noMerge = '"<<" must be followed by an alias of an object, or a list of them'

const said: readonly (readonly [text: string, problem: string])[] = [
  ['a:\n\tb: 1\n', '2:1: a tab stands where YAML wants spaces (indent with spaces)'],
  ['a: 1\n b: 2\n', `2:3: ${misfit}`],
  ['a: b: c\n', `1:5: ${misfit}`],
  [
    'a:\n- x\n y: 1\n  - z\n',
    '3:3: this list item is not indented like the others (start all items of one list in the same column)',
  ],
  ['a: "b\nc: 1"\n', '1:4: this " is never closed (close it, or indent line 2 further if it goes on there)'],
  ['a: "x\n---\nb: 1\n', '1:4: this " is never closed (close it, or indent line 2 further if it goes on there)'],
  ["a: 'x\n", "1:4: this ' is never closed"],
  ['a: {b: 1\n', '1:4: this { is never closed'],
  ['a: [1, 2\n', '1:4: this [ is never closed'],
  ['a: 1\nb\nc: 2\n', `3:2: ${neither}`],
  ['a\nb: 1\n', `2:2: ${outside}`],
  ['a: 1\n}\n', `2:1: ${outside}`],
  ['"a":1\n', '1:5: a space is missing after ":"'],
  ['{a: 1 b: 2}\n', `1:8: ${comma}`],
  ['{"a" 1}\n', `1:6: ${comma}`],
  ['a: "\\q"\n', '1:6: this is no escape sequence that "..." knows (write \\\\ for a backslash, or use \'...\')'],
  ['a: "\\xZZ"\n', '1:7: hexadecimal digits must follow here'],
  ['a: "x\u0007"\n', `1:6: ${control}`],
  ["a: 'x\u0001'\n", `1:6: ${control}`],
  ['a: x\u0001\n', '1:5: there is a control character that YAML does not allow'],
  ['a: x\u0000\n', '1:5: there is a NUL byte: this is not a text file, or it is damaged'],
  ['%YAML 1.2\na: 1\n', '2:1: a line "---" must follow the % directives'],
  [`a: ${'['.repeat(70)}${']'.repeat(70)}\n`, '1:67: objects and lists are nested deeper than 64 levels'],
  ['[a]: 1\n', '1:1: a field name must be a text, not an object or a list'],
  ['<<: 5\n', `1:1: ["<<"]: ${noMerge}`],
  ['a: &x {b: 1}\nc:\n  <<: [*x, 5]\n', `3:3: c["<<"]: ${noMerge}`],
  [`a: &b {c: 1}\nd: {<<: [${'*b, '.repeat(200)}*b]}\n`, '2:5: d["<<"]: too many objects are merged with one "<<"'],
  ['a: !foo 1\n', '1:4: a: the tag !foo does not go with this value (put a text that starts with ! into quotes)'],
  ['a: !!int x\n', '1:4: a: the tag !!int does not go with this value (put a text that starts with ! into quotes)'],
  [
    'a: *y\n',
    '1:4: a: *y refers to an anchor &y that is not above it in this document (put a text that starts with * into quotes: "*y")',
  ],
]

await t.test('what is not YAML is told at its place', (t) => {
  for (const [text, problem] of said) {
    const { problems } = decodeFile('f.yaml', new TextEncoder().encode(text))
    t.strictSame(problems.map(problemText), [`f.yaml:${problem}`], JSON.stringify(text.slice(0, 40)))
  }
  t.end()
})

await t.test('what the parser can say beside, and what it may come to say', (t) => {
  t.match(syntaxMessage("expected ':' after a mapping key"), { message: 'a ":" is missing after the field name' })
  t.match(syntaxMessage('merge keys exceeded 10000'), { message: 'too many fields are merged with "<<"' })
  t.match(syntaxMessage('unexpected end of the document within a double quoted scalar'), {
    message: 'a quoted text is not closed before the document ends',
    mayBeUnclosed: true,
  })
  t.strictSame(syntaxMessage('something new'), {
    message: 'this is not YAML: something new',
    suggestion: null,
    mayBeUnclosed: false,
  })
  t.end()
})
