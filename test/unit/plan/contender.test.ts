/** Who of several pods has what only one can have. */

import t from 'tap'

import { takenClaims, takenPorts, type Contender } from '../../../lib/plan/index.js'
import { podKey, type DesiredPod } from '../../../lib/pod/index.js'
import { aContainer, aPod, seen } from '../../support/pods.js'

const claim = { namespace: 'default', name: 'data' }
const claims = new Map([
  [podKey('default', 'data'), { key: podKey('default', 'data'), ...claim, file: 'c.yaml', isForOnePod: true }],
])
const port = { containerPort: 80, hostPort: 8080, protocol: 'TCP', hostIP: null, name: null } as const

function podNamed(name: string): DesiredPod {
  const volumes = [{ kind: 'persistentVolumeClaim', name: 'v', claim, readOnly: false }] as const
  const containers = [aContainer('app', { ports: [port] })]
  return aPod({ key: podKey('default', name), name, volumes, containers })
}

function contender(name: string, fields: Partial<Contender> = {}): Contender {
  const pod = podNamed(name)
  const wanted = { desire: { kind: 'run', pod } as const, pod, containers: [], inFlight: new Set<string>() }
  return { key: pod.key, ...wanted, isDone: false, ...fields }
}

/** Its sandbox stands. */
function there(name: string, fields: Partial<Contender> = {}): Contender {
  return contender(name, { containers: [seen(podNamed(name), 'POD')], ...fields })
}

const holderOfClaim = (asker: Contender, ...all: Contender[]): string | undefined =>
  takenClaims(asker, [asker, ...all], claims).get('data')
const holderOfPort = (asker: Contender, ...all: Contender[]): string | undefined =>
  takenPorts(asker, [asker, ...all])[0]?.holder

for (const [what, holder] of [
  ['claim', holderOfClaim],
  ['port', holderOfPort],
] as const) {
  await t.test(`a ${what}: who is there has it, otherwise the first by name, and nobody who is done`, (t) => {
    t.equal(holder(contender('a'), contender('b')), undefined)
    t.equal(holder(contender('b'), contender('a')), 'default/a')
    t.equal(holder(contender('a'), there('b')), 'default/b')
    t.equal(holder(there('b'), contender('a')), undefined)
    t.equal(holder(contender('b'), contender('a', { isDone: true })), undefined)
    t.equal(holder(contender('b', { isDone: true }), contender('a', { isDone: true })), undefined, 'neither wants it')
    t.equal(holder(contender('b'), there('a', { isDone: true })), 'default/a', 'its sandbox still has it')
    t.equal(holder(contender('b'), contender('a', { desire: null })), undefined)
    t.end()
  })
}
