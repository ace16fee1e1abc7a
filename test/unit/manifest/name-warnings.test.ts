import t from 'tap'

import { decodeFile, nameWarnings, resolveDuplicates, usualPolicy } from '../../../lib/manifest/index.js'
import { problemText } from '../../../lib/pod/index.js'

const pod = (app: string, spec = ''): string =>
  `apiVersion: v1\nkind: Pod\nmetadata: {name: hello, labels: {app: ${app}}}\nspec: {${spec}containers: [{name: c, image: i}]}\n`
const service = (name: string, namespace = 'default'): string =>
  `apiVersion: v1\nkind: Service\nmetadata: {namespace: ${namespace}, name: ${name}}\nspec: {selector: {app: greeter}, ports: [{port: 80}]}\n`
const warnings = (...texts: string[]): string[] => {
  const files = texts.map((text, at) => decodeFile(`${at}.yaml`, Buffer.from(text), usualPolicy))
  const { pods } = resolveDuplicates(files, () => undefined)
  return nameWarnings(
    files.flatMap((file) => file.services),
    pods,
  ).map(problemText)
}

await t.test('a Service that is named like a pod which is not behind it is told of, at its name', async (t) => {
  t.same(warnings(pod('web'), service('hello')), [
    "1.yaml:3:38: metadata.name: pod default/hello in 0.yaml has this name too and is not behind the Service: the name leads to the Service's ready pods, and never to it (rename one of the two)",
  ])
  t.same(warnings(pod('greeter'), service('hello')), [], 'one that it selects is what the name means')
  t.same(warnings(pod('web'), service('hello', 'other')), [])
  t.same(warnings(pod('web'), service('hi')), [])
  t.same(warnings(pod('web', 'hostNetwork: true, '), service('hello')), [], 'it has no name in the pods’ network')
})
