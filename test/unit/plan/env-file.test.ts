/** Env files. Source: kubelet pkg/util/env TestParseEnv (Kubernetes 1.35), restated. */

import t from 'tap'

import { valueInEnvFile } from '../../../lib/plan/env-file.js'

await t.test('a key’s value is what stands between its single quotes', async (t) => {
  for (const [text, value] of [
    ["KEY='value'", 'value'],
    ["KEY='value'\n", 'value'],
    ["KEY='value'\r\n", 'value'],
    ["  \tKEY='value'", 'value'],
    ["\n# a comment\n\n  # another\nKEY='value' # a third", 'value'],
    ["KEY='value'# at once", 'value'],
    ["KEY='first'\nKEY='second'", 'first'],
    ["OTHER='x'\nKEY='value'", 'value'],
    ["KEYS='x'\nKEY='value'", 'value'],
    ["KEY='two\nlines'", 'two\nlines'],
    ["KEY='\n\n#no comment\n'", '\n\n#no comment\n'],
    ['KEY=\'a\\n $(B) "c"=d # e\'', 'a\\n $(B) "c"=d # e'],
    ["KEY=''", ''],
    ["KEY= 'val'", ''],
    ["OTHER= not quoted\nKEY='value'", 'value'],
    ["KEY='value'\nnonsense", 'value'],
    ["OTHER='x'", ''],
    ['', ''],
    ['# only this', ''],
  ] as const)
    t.strictSame(valueInEnvFile(text, 'KEY'), { value }, JSON.stringify(text))
})

await t.test('a file that is not written so is told by its line', async (t) => {
  for (const [text, fault] of [
    ['KEY', 'line 1: missing "="'],
    ["\n\nKEY = 'value'", 'line 3: blank before "="'],
    ["='value'", 'line 1: empty name'],
    [" ='value'", 'line 1: empty name'],
    ['KEY=value', 'line 1: the value must be in single quotes'],
    ['KEY="value"', 'line 1: the value must be in single quotes'],
    ['KEY=', 'line 1: the value must be in single quotes'],
    ["A='1'\nKEY='value\nmore", 'line 2: the single quote is never closed'],
    ["KEY='value' more", 'line 1: something follows the closing quote'],
    ["KEY='it''s'", 'line 1: something follows the closing quote'],
    ["OTHER=x\nKEY='value'", 'line 1: the value must be in single quotes'],
  ] as const)
    t.strictSame(valueInEnvFile(text, 'KEY'), { fault }, JSON.stringify(text))
})
