/** Which nodes a pod is for. Restates component-helpers nodeaffinity_test.go TestPodMatchesNodeSelectorAndAffinityTerms in our words. */

import t, { type Test } from 'tap'

import { decodeFile, usualPolicy } from '../../../lib/manifest/index.js'
import { nodeIdentity } from '../../../lib/pod/index.js'
import { podWith } from '../../support/manifests.js'

const node = nodeIdentity('box', 'arm64', { disk: 'ssd', cores: '4', 'example.com/rack': '7' })

const elsewhere = (spec: string): string | null | undefined => {
  const { pods, problems } = decodeFile('web.yaml', new TextEncoder().encode(podWith({ spec })), {
    ...usualPolicy,
    node,
  })
  if (problems.length > 0) throw new Error(problems[0]?.message)
  return pods[0]?.pod.elsewhere
}
const terms = (...all: string[]): string =>
  `affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [${all.map((term) => `{${term}}`).join(', ')}]}}}`
const expression = (...all: string[]): string => `matchExpressions: [${all.map((one) => `{${one}}`).join(', ')}]`
const unfit = 'no term of its nodeAffinity fits the labels of this node'

const same = (t: Test, expected: string | null, ...specs: string[]): void => {
  for (const spec of specs) t.equal(elsewhere(spec), expected, spec)
}

t.test('a nodeSelector fits when every label is as it says', (t) => {
  same(
    t,
    null,
    'nodeSelector: {}',
    'nodeSelector: {kubernetes.io/os: linux, kubernetes.io/arch: arm64, kubernetes.io/hostname: box}',
    'nodeSelector: {beta.kubernetes.io/os: linux, beta.kubernetes.io/arch: arm64}',
    'nodeSelector: {disk: ssd, example.com/rack: "7"}',
  )
  same(t, 'nodeSelector asks for the label gpu=yes, which this node has not', 'nodeSelector: {disk: ssd, gpu: "yes"}')
  same(
    t,
    'nodeSelector asks for the label kubernetes.io/arch=amd64, where this node has kubernetes.io/arch=arm64',
    'nodeSelector: {kubernetes.io/arch: amd64}',
  )
  // What every object has is no label.
  same(t, 'nodeSelector asks for the label constructor=x, which this node has not', 'nodeSelector: {constructor: x}')
  t.end()
})

t.test('of the terms of a nodeAffinity one has to fit, of a term everything', (t) => {
  const fits = [
    'key: disk, operator: In, values: [hdd, ssd]',
    'key: disk, operator: NotIn, values: [hdd]',
    'key: gpu, operator: NotIn, values: [a]',
    'key: disk, operator: Exists',
    'key: gpu, operator: DoesNotExist',
    'key: cores, operator: Gt, values: ["3"]',
    'key: cores, operator: Lt, values: ["5"]',
  ]
  const fitsNot = [
    'key: disk, operator: In, values: [hdd]',
    'key: gpu, operator: In, values: [ssd]',
    'key: disk, operator: NotIn, values: [ssd]',
    'key: gpu, operator: Exists',
    'key: disk, operator: DoesNotExist',
    'key: cores, operator: Gt, values: ["4"]',
    'key: cores, operator: Lt, values: ["4"]',
    'key: disk, operator: Gt, values: ["1"]',
    'key: gpu, operator: Lt, values: ["1"]',
    'key: cores, operator: Gt, values: [x]',
  ]
  same(t, null, ...fits.map((one) => terms(expression(one))))
  same(t, unfit, ...fitsNot.map((one) => terms(expression(one))))
  same(t, null, terms(expression(...fits)), terms(expression(fitsNot[0] ?? ''), expression(fits[0] ?? '')))
  same(t, unfit, terms(expression(fits[0] ?? '', fitsNot[0] ?? '')))
  t.end()
})

t.test('a term asks for the node’s name by matchFields, and an empty one fits nothing', (t) => {
  const name = (operator: string, value: string): string =>
    `matchFields: [{key: metadata.name, operator: ${operator}, values: [${value}]}]`
  same(t, null, terms(name('In', 'box')), terms(name('NotIn', 'other')))
  same(t, unfit, terms(name('In', 'other')), terms(name('NotIn', 'box')), terms(''))
  same(t, unfit, terms(`${name('In', 'box')}, ${expression('key: gpu, operator: Exists')}`))
  t.end()
})

t.test('a nodeSelector and a nodeAffinity both have to fit; what is only preferred is no matter', (t) => {
  const affinity = terms(expression('key: disk, operator: Exists'))
  same(t, null, `nodeSelector: {disk: ssd}\n  ${affinity}`)
  same(
    t,
    'nodeSelector asks for the label disk=hdd, where this node has disk=ssd',
    `nodeSelector: {disk: hdd}\n  ${affinity}`,
  )
  same(
    t,
    null,
    'affinity: {nodeAffinity: {preferredDuringSchedulingIgnoredDuringExecution: [{weight: 1, preference: {matchExpressions: [{key: gpu, operator: Exists}]}}]}}',
  )
  t.end()
})

t.test('a label may be given another value, and where no node is named everything fits', (t) => {
  t.match(nodeIdentity('box', 'amd64', { 'kubernetes.io/hostname': 'other' }).labels, {
    'kubernetes.io/hostname': 'other',
    'kubernetes.io/arch': 'amd64',
  })
  const { pods } = decodeFile('web.yaml', new TextEncoder().encode(podWith({ spec: 'nodeSelector: {gpu: "1"}' })))
  t.equal(pods[0]?.pod.elsewhere, null)
  t.end()
})
