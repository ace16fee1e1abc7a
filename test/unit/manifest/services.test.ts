/** Services: what they say, what is refused, and what is told because a name cannot do it. */

import { t } from 'tap'

import { decodeFile, resolveDuplicates, type DecodedFile } from '../../../lib/manifest/index.js'
import { podKey, problemText, type DesiredService } from '../../../lib/pod/index.js'

const decode = (text: string, file = 's.yaml'): DecodedFile => decodeFile(file, new TextEncoder().encode(text))
const service = (spec: string, name = 'web'): string =>
  `{apiVersion: v1, kind: Service, metadata: {name: ${name}, namespace: shop}, spec: {${spec}}}`
const served = (spec: string, name?: string): DesiredService => {
  const [only] = decode(service(spec, name)).services
  if (only === undefined) throw new Error(decode(service(spec)).problems.map(problemText).join('\n'))
  return only.service
}

t.test('a Service is a name, a selector and ports', (test) => {
  test.same(
    served(
      'selector: {app: web}, ports: [{port: 80}, {port: 81, name: b, protocol: UDP, targetPort: x}]'.replace(
        '{port: 80}',
        '{port: 80, name: a}',
      ),
    ),
    {
      key: 'shop/web',
      namespace: 'shop',
      name: 'web',
      file: 's.yaml',
      selector: { app: 'web' },
      ports: [
        { name: 'a', port: 80, protocol: 'TCP', targetPort: 80 },
        { name: 'b', port: 81, protocol: 'UDP', targetPort: 'x' },
      ],
      isHeadless: false,
      publishNotReadyAddresses: false,
    },
  )
  const headless = served('selector: {app: web}, clusterIP: None, publishNotReadyAddresses: true')
  test.ok(headless.isHeadless && headless.publishNotReadyAddresses)
  test.end()
})

t.test('what is refused says why, and what to write instead', (test) => {
  const cases: readonly (readonly [string, string])[] = [
    [
      'ports: [{port: 80}]',
      'spec.selector: required, but missing (write labels of the pods it should lead to; there are no Endpoints objects)',
    ],
    [
      'type: ExternalName, externalName: db.example.com',
      'spec.externalName: not supported: the engine’s DNS knows its own containers only (write the name itself into the pods that use it)|spec.type: not supported: the engine’s DNS knows its own containers only (write the name itself into the pods that use it)',
    ],
    ['selector: {a: b}', 'spec.ports: required, but missing'],
    ['selector: {a: b}, ports: [{port: 0}]', 'spec.ports[0].port: must be between 1 and 65535, inclusive'],
    [
      'selector: {a: b}, ports: [{port: 1, name: a}, {port: 2}]',
      'spec.ports[1].name: required, but missing (with several ports each needs a name)',
    ],
    [
      'selector: {a: b}, ports: [{port: 1, targetPort: "80"}]',
      'spec.ports[0].targetPort: must contain at least one letter (write the number without quotes if it is one)',
    ],
    [
      'selector: {a: b}, ports: [{port: 1}], sessionAffinity: ClientIP',
      'spec.sessionAffinity: not supported: a Service is a name here, which leads to the addresses of its pods (remove the field: a client keeps the address it has looked up)',
    ],
    ['selectr: {a: b}, ports: [{port: 1}]', 'spec.selectr: unknown field (did you mean "selector"?)'],
  ]
  for (const [spec, expected] of cases)
    test.equal(
      decode(service(spec))
        .problems.map((problem) => problemText(problem).replace(/^s\.yaml:\d+:\d+: /, ''))
        .sort()
        .join('|'),
      expected,
    )
  test.end()
})

t.test('what a name cannot do is told, and the name works', (test) => {
  const told = (spec: string): string[] =>
    decode(service(spec)).warnings.map((warning) => problemText(warning).replace(/^s\.yaml:\d+:\d+: /, ''))
  test.same(told('selector: {a: b}, type: LoadBalancer, ports: [{port: 80}]'), [
    'spec.type: a LoadBalancer Service publishes no port of this machine: only its name works (publish with hostPort of the pod)',
  ])
  test.same(told('selector: {a: b}, ports: [{port: 80, targetPort: 8080}]'), [
    'spec.ports[0].port: a name cannot translate ports: its pods answer on 8080, nothing does on 80 (let clients use web:8080, and write port: 8080)',
  ])
  test.same(told('selector: {a: b}, clusterIP: None, ports: [{port: 80, targetPort: 8080}]'), [])
  test.same(told('selector: {a: b}, clusterIP: 10.0.0.1, ports: [{port: 80}]'), [])
  test.end()
})

t.test('of two Services of one name the first in the order of the files is in force', (test) => {
  const files = ['a.yaml', 'b.yaml'].map((file) => decode(service('selector: {a: b}, ports: [{port: 80}]'), file))
  const { services, problems } = resolveDuplicates(files, () => undefined)
  test.equal(services.get(podKey('shop', 'web'))?.file, 'a.yaml')
  test.same(problems.map(problemText), [
    'b.yaml:1:50: metadata.name: Service shop/web is defined in a.yaml:1 already, and that one is in force (rename or remove one of the two)',
  ])
  test.end()
})
