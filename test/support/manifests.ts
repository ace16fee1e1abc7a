/** Manifests for tests: a plain pod with a line of the test's own in it, and what is wrong with it. */

import type { Test } from 'tap'

import { decodeFile, type DecodedFile } from '../../lib/manifest/index.js'
import { problemText, type DesiredPod } from '../../lib/pod/index.js'

export const decode = (text: string, file = 'web.yaml'): DecodedFile => decodeFile(file, new TextEncoder().encode(text))

/** What the state folder keeps of it is not how it was written. */
export const withoutSource = (pod: DesiredPod): object =>
  Object.fromEntries(Object.entries(pod).filter(([name]) => name !== 'source'))

export const problemsOf = (text: string): string[] => decode(text).problems.map(problemText)

/** A pod with the given lines (indented as they should stand) in place of the defaults. */
export const podWith = (parts: { metadata?: string; spec?: string; container?: string }): string =>
  [
    'apiVersion: v1',
    'kind: Pod',
    'metadata:',
    '  name: web',
    ...(parts.metadata === undefined ? [] : [`  ${parts.metadata}`]),
    'spec:',
    ...(parts.spec === undefined ? [] : [`  ${parts.spec}`]),
    '  containers:',
    '  - name: web',
    '    image: nginx:1.27',
    ...(parts.container === undefined ? [] : [`    ${parts.container}`]),
    '',
  ].join('\n')

/** One line of a manifest and the one problem it makes: the field, the message and the suggestion. */
export type Case = readonly [line: string, problem: string]

export const checkCases = (test: Test, part: 'metadata' | 'spec' | 'container', cases: readonly Case[]): void => {
  for (const [line, expected] of cases) {
    const texts = problemsOf(podWith({ [part]: line })).map((text) => text.replace(/^web\.yaml:\d+:\d+: /, ''))
    test.same(texts, [expected], line.slice(0, 100))
  }
}
