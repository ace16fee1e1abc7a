/**
 * Kubernetes' own decoder as the judge: test/fixtures holds what sigs.k8s.io/yaml and the core/v1 decoder of Kubernetes answered to
 * 246 YAML documents and 64 Pods. Every difference is listed here with its reason; any other fails.
 */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { t } from 'tap'

import { checkout } from '../../support/checkout.js'
import { decodeFile } from '../../../lib/manifest/index.js'
import { isObject } from '../../../lib/manifest/normal-form.js'
import { parseDocuments } from '../../../lib/manifest/yaml-documents.js'
import { canonical, problemText } from '../../../lib/pod/index.js'

interface YamlAnswer {
  readonly yaml: string
  readonly json?: string
  readonly err?: string
  readonly strictErr?: string
}

interface PodAnswer {
  readonly name: string
  readonly yaml: string
  readonly pod?: string
  readonly err?: string
}

const fixture = (name: string): unknown => JSON.parse(readFileSync(join(checkout, 'test/fixtures', name), 'utf8'))

const refused = Symbol('refused')

const isFinite = (value: unknown): boolean => {
  if (typeof value === 'number') return Number.isFinite(value)
  return typeof value === 'object' && value !== null ? Object.values(value).every(isFinite) : true
}

/** What podkeep reads. Infinity and NaN are refused later, by the schema: no field takes them. */
const ours = (yaml: string): unknown => {
  const { error, documents } = parseDocuments(yaml)
  const [first] = documents
  if (error !== null || (first?.findings.found.length ?? 0) > 0 || !isFinite(first?.value)) return refused
  return first?.value ?? null
}

/** Strictly, as the API server reads: a duplicate key is an error. */
const theirs = ({ json, err, strictErr }: YamlAnswer): unknown =>
  err !== undefined || strictErr !== undefined ? refused : JSON.parse(json ?? 'null')

const sorted = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sorted)
  if (!isObject(value)) return value
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, sorted(value[key])]),
  )
}

/** What Kubernetes decoded, without what it only notes, and without amounts, which it rewrites: see quantity.test.ts. */
const essence = (pod: unknown): object => {
  const { metadata, spec } = canonical(pod) as { metadata: object; spec: { containers: object[] } }
  const containers = spec.containers.map((container) => without(container, 'resources'))
  return { metadata: without(metadata, 'creationTimestamp'), spec: { ...spec, containers } }
}

const without = (object: object, field: string): object =>
  Object.fromEntries(Object.entries(object).filter(([name]) => name !== field))

const strictTags = 'a tag that Kubernetes ignores is more likely a text that lacks quotes'
const nullKey = 'the name of a field: refused as unknown, or kept as text where any key is allowed'
const oneName = 'two spellings of one key are a duplicate, as they are for Go after it was too late to say so'
const merge = 'a field beside "<<" wins, as YAML says; Go refuses or overrides by order'
const parser = 'accepted or refused by the parser at the edge of the YAML specification'

const yamlDifferences: Readonly<Record<string, string>> = {
  'k: !!binary\n': strictTags,
  'k: !!str_0644\n': strictTags,
  'k: !!binary aGVsbG8=\n': strictTags,
  'k: !!timestamp 2001-12-14\n': strictTags,
  'k: !!set {a, b}\n': strictTags,
  'k: !!omap [a: 1]\n': strictTags,
  'k: !foo bar\n': strictTags,
  'k: !!js/undefined ""\n': strictTags,
  'null: v\n': nullKey,
  '~: v\n': nullKey,
  '.inf: v\n': nullKey,
  '18446744073709551615: v\n': nullKey,
  '1: a\n"1": b\n': oneName,
  'true: a\n"true": b\n': oneName,
  'x: &a {k: 1}\ny:\n  k: 0\n  <<: *a\n': merge,
  'x: &a {k: 1}\nw: &b {k: 2}\ny:\n  <<: [*a, *b]\n': merge,
  '%YAML 1.2\n---\na: yes\n': parser,
  'a: [1,\n2]\n': parser,
  'a: \u2028x\n': parser,
  'a: \u0085x\n': parser,
  '"a":1\n': parser,
  'a: "\\/"\n': parser,
}

t.test('YAML means to podkeep what it means to Kubernetes', (test) => {
  const answers = fixture('yaml-oracle.json') as YamlAnswer[]
  test.equal(answers.length, 246)
  const differing = answers.filter((answer) => {
    const [a, b] = [ours(answer.yaml), theirs(answer)]
    return a === refused || b === refused ? a !== b : JSON.stringify(sorted(a)) !== JSON.stringify(sorted(b))
  })
  test.same(differing.map(({ yaml }) => yaml).sort(), Object.keys(yamlDifferences).sort())
  test.end()
})

const podDifferences: Readonly<Record<string, string>> = {
  'env list null elem': 'decoded by Kubernetes, refused by its validation: the name is missing',
  'mem 1e-3': 'a thousandth of a byte is always a slip',
  'defaultMode 644': 'decoded by Kubernetes, refused by its validation: 644 in decimal is more than 0777',
  'Spec case': 'an unknown field is an error here',
  'hostnetwork case': 'an unknown field is an error here',
  'unknown field': 'an unknown field is an error here',
  'dup key': 'an error in strict decoding too',
  'livenessProbe port str': 'decoded by Kubernetes, refused by its validation: a number in quotes is no name of a port',
  'runAsUser big': 'decoded by Kubernetes, refused by its validation: no such user can be',
  'runAsUser -1': 'decoded by Kubernetes, refused by its validation: no such user can be',
  'list kind': 'a list of nothing is no reason to keep a file',
  'kind list': 'a list of nothing is no reason to keep a file',
  ephemeralContainers: 'refused by validation in Kubernetes too',
  json: 'decoded by Kubernetes, refused by its validation: no containers',
  'tabs json': 'decoded by Kubernetes, refused by its validation: no name',
}

t.test('a Pod that Kubernetes decodes is decoded to the same, and what it refuses is refused', (test) => {
  const answers = fixture('pod-decode-oracle.json') as PodAnswer[]
  test.equal(answers.length, 64)
  for (const answer of answers) {
    const { pods, problems } = decodeFile('pod.yaml', new TextEncoder().encode(answer.yaml))
    const accepts = answer.err === undefined && podDifferences[answer.name] === undefined
    test.equal(problems.length === 0, accepts, `${answer.name}: ${problems.map(problemText).join(' ')}`)
    if (!accepts) continue
    const decoded: unknown = JSON.parse(answer.pod ?? '')
    test.match(canonical(pods[0]?.pod.manifest), essence(decoded), answer.name)
  }
  test.end()
})
