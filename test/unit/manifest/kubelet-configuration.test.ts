import t from 'tap'

import { decodeKubeletConfiguration } from '../../../lib/manifest/kubelet-configuration.js'
import { fieldsWithoutSetting } from '../../../lib/manifest/kubelet-fields.js'
import { problemText } from '../../../lib/pod/index.js'
import { runOptions } from '../../../lib/cli/run-options.js'

const honoured = ['staticPodPath', 'readOnlyPort', 'logging.format']
const head = 'apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n'
const decode = (text: string): ReturnType<typeof decodeKubeletConfiguration> =>
  decodeKubeletConfiguration('kubelet.yaml', Buffer.from(text), honoured)
const problems = (text: string): string[] => decode(text).problems.map(problemText)

await t.test('what podkeep has a setting for is told with its place, also inside of another field', async (t) => {
  const { settings, ignored } = decode(`${head}staticPodPath: /pods\nlogging:\n  format: json\nreadOnlyPort: null\n`)
  t.strictSame(
    [...settings],
    [
      ['staticPodPath', { value: '/pods', line: 3, column: 16 }],
      ['logging.format', { value: 'json', line: 5, column: 11 }],
    ],
    'null counts as not written',
  )
  t.strictSame(ignored, [])
})

await t.test('what changes nothing here is told with its reason', async (t) => {
  const { ignored, problems } = decode(
    `${head}registerNode: false\nevictionHard:\n  memory.available: 100Mi\nlogging: {flushFrequency: 5s}\n`,
  )
  t.strictSame(problems, [])
  t.strictSame(ignored, [
    { field: 'registerNode', reason: 'there is no API server', line: 3, column: 1 },
    { field: 'evictionHard', reason: 'podkeep evicts no pod because the machine runs short', line: 4, column: 1 },
    { field: 'logging.flushFrequency', reason: 'podkeep has its own way', line: 6, column: 11 },
  ])
})

await t.test('what no kubelet has is refused at its line, with what was probably meant', async (t) => {
  t.strictSame(problems(`${head}staticPodPth: /pods\nmemory: 1Gi\n`), [
    'kubelet.yaml:3:1: staticPodPth: no kubelet has this field (did you mean "staticPodPath"?)',
    'kubelet.yaml:4:1: memory: no kubelet has this field',
  ])
  t.strictSame(problems(`${head}logging:\n  formt: json\n`), [
    'kubelet.yaml:4:3: logging.formt: no kubelet has this field (did you mean "format"?)',
  ])
  t.strictSame(problems(`${head}readOnlyPort: 1\nreadOnlyPort: 2\n`), [
    'kubelet.yaml:4:1: readOnlyPort: stands twice in the same object, first in line 3 (remove one of the two)',
  ])
})

await t.test('a file that is something else says so', async (t) => {
  t.strictSame(problems('apiVersion: v1\nkind: Pod\n'), [
    'kubelet.yaml:1:13: apiVersion: must be kubelet.config.k8s.io/v1beta1 (write apiVersion: kubelet.config.k8s.io/v1beta1)',
    'kubelet.yaml:2:7: kind: must be KubeletConfiguration (write kind: KubeletConfiguration)',
  ])
  t.strictSame(problems(''), [
    'kubelet.yaml: the file says nothing (write apiVersion: kubelet.config.k8s.io/v1beta1 and kind: KubeletConfiguration)',
  ])
  t.strictSame(problems(`${head}---\n${head}`), [
    'kubelet.yaml: there is more than one document in the file (keep one)',
  ])
  t.match(problems('a: [b'), [/^kubelet.yaml:1:\d+: /])
  t.strictSame(
    decodeKubeletConfiguration('kubelet.yaml', Buffer.from([0x61, 0xff]), honoured).problems.map(problemText),
    ['kubelet.yaml: the file is not UTF-8 (save the file as UTF-8)'],
  )
  t.match(problems('- a'), ['kubelet.yaml:1:1: a KubeletConfiguration is an object'])
})

await t.test('a field is either a setting or has a reason, never both', async (t) => {
  const settings = Object.values(runOptions).flatMap(({ kubelet }) => (kubelet === null ? [] : [kubelet]))
  t.strictSame(
    settings.filter((field) => fieldsWithoutSetting.has(field)),
    [],
  )
})
