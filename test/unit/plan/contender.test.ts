/** Who of several pods has what only one can have. */

import t from 'tap'

import { takenClaims, takenPorts, type Contender } from '../../../lib/plan/index.js'
import { podKey, type DesiredPod } from '../../../lib/pod/index.js'
import { aContainer, aPod, seen } from '../../support/pods.js'
import { plainSandbox } from '../../support/specs.js'

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
  const wanted = { desire: { kind: 'run', pod } as const, pod, containers: [], making: [] }
  return { key: pod.key, ...wanted, isReadyToMove: true, isDone: false, ...fields }
}

/** Its sandbox stands. */
function there(name: string, fields: Partial<Contender> = {}): Contender {
  return contender(name, { containers: [seen(podNamed(name), 'POD', { ports: [port] })], ...fields })
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

/** It stands with the first ports, and wants the others. */
function moving(
  name: string,
  has: readonly number[],
  wants: readonly number[],
  fields: Partial<Contender> = {},
): Contender {
  const podWith = (numbers: readonly number[]): DesiredPod => {
    const ports = numbers.map((hostPort) => ({ ...port, hostPort }))
    return aPod({ key: podKey('default', name), name, containers: [aContainer('app', { ports })] })
  }
  const [before, pod] = [podWith(has), podWith(wants)]
  const ports = has.map((hostPort) => ({ ...port, hostPort }))
  const containers = has.length === 0 ? [] : [seen(before, 'POD', { ports }), seen(before, 'app')]
  const asked = { key: pod.key, desire: { kind: 'run', pod } as const, pod, containers, making: [] }
  return { ...asked, isReadyToMove: true, isDone: false, ...fields }
}

function waitsOf(asker: Contender, ...all: Contender[]): string[] {
  const told = takenPorts(asker, [asker, ...all])
  return told.map(({ port: { hostPort }, holder, isHeld }) => `${isHeld ? 'has' : 'first'} ${holder} ${hostPort}`)
}

await t.test(
  'who has a port is told by its sandbox: also of one that wants another by now, is removed, or is being made',
  (t) => {
    const b = moving('b', [], [80])
    t.same(waitsOf(b, moving('a', [80], [81])), ['has default/a 80'])
    t.same(waitsOf(b, moving('a', [80], [80], { desire: { kind: 'remove', pod: null } })), ['has default/a 80'])
    t.same(waitsOf(b, moving('c', [], [80])), [])
    const making = [{ ...plainSandbox, identity: seen(podNamed('c'), 'POD'), ports: [{ ...port, hostPort: 80 }] }]
    t.same(waitsOf(b, moving('c', [], [81], { making })), ['has default/c 80'])
    const ended = moving('a', [80], [81])
    const containers = ended.containers.map((one) => ({ ...one, state: 'exited' as const }))
    t.same(waitsOf(b, { ...ended, containers }), [], 'a sandbox that ended has none')
    t.end()
  },
)

await t.test('nobody has it: the first in line is named, one that was stopped for it before one that runs', (t) => {
  t.same(waitsOf(moving('b', [], [80]), moving('a', [], [80])), ['first default/a 80'])
  const down = moving('c', [79], [80])
  const containers = down.containers
    .filter((one) => one.kind !== 'sandbox')
    .map((one) => ({ ...one, state: 'exited' as const }))
  t.same(waitsOf(moving('b', [81], [80]), { ...down, containers }), ['first default/c 80'])
  t.same(waitsOf({ ...down, containers }, moving('b', [81], [80])), [])
  t.end()
})

await t.test('nobody waits in line for one that cannot have what it wants', (t) => {
  const [a, keeper] = [moving('a', [], [80, 81]), moving('c', [81], [81])]
  t.same(waitsOf(a, keeper), ['has default/c 81'])
  t.same(waitsOf(moving('b', [], [80]), a, keeper), [])
  t.same(waitsOf(moving('b', [], [80]), a, moving('c', [81], [82])), ['first default/a 80'], 'that one moves on')
  t.end()
})

await t.test(
  'in a chain each waits for the next; in a ring one goes on, unless a third keeps what one of them wants',
  (t) => {
    const [a, b, c] = [moving('a', [80], [81]), moving('b', [81], [82]), moving('c', [82], [80])]
    t.same(waitsOf(a, b), ['has default/b 81'])
    t.same(waitsOf(b, a), [])
    t.same(
      [a, b, c].map((one) => waitsOf(one, a, b, c).length),
      [0, 1, 1],
    )
    const greedy = moving('c', [82], [80, 83])
    const third = moving('d', [83], [83])
    t.same(waitsOf(a, b, greedy, third), ['has default/b 81'])
    t.same(waitsOf(b, a, greedy, third), ['has default/c 82'])
    t.same(waitsOf(greedy, a, b, third), ['has default/a 80', 'has default/d 83'])
    t.end()
  },
)

await t.test('nothing of a ring is stopped where somebody would be left over', (t) => {
  const [a, b] = [moving('a', [80], [81]), moving('b', [81], [80])]
  t.same(waitsOf(a, b), [], 'both can have what they want')
  t.same(waitsOf(a, { ...b, isReadyToMove: false }), ['has default/b 81'], 'the image of b is nowhere, say')
  t.same(waitsOf({ ...a, isReadyToMove: false }, b), [], 'its own needs are asked of itself')
  const [greedy, rival] = [moving('a', [80], [81, 90]), moving('b', [81], [80, 90])]
  t.same(waitsOf(greedy, rival), ['has default/b 81'], 'both want 90')
  t.same(waitsOf(rival, greedy)[0], 'has default/a 80')
  t.end()
})

await t.test('many that move by one and want one more port, all of them, are told in a moment', (t) => {
  const count = 40
  const all = Array.from({ length: count }, (_, at) => {
    return moving(`p${String(at).padStart(2, '0')}`, [2 * at, 2 * at + 1], [2 * at + 2, 2 * at + 3, 9100])
  })
  const told = all.map((one) => waitsOf(one, ...all.filter((other) => other !== one)).length)
  t.equal(told.filter((waits) => waits === 0).length, 1, 'the last goes on, as nobody is in its way')
  t.end()
})

await t.test('one of a ring that only waits for its place in the line goes before any is stopped', (t) => {
  // a waits for c to give 81 up, and c for its turn at 80, where a comes first.
  const [a, c] = [moving('a', [70], [80, 81]), moving('c', [81], [80])]
  t.same(waitsOf(a, c), ['has default/c 81'])
  t.same(waitsOf(c, a), [])
  t.end()
})

await t.test('who has a claim is told by its sandbox, also when its manifest no longer speaks of it', (t) => {
  const without = aPod({ key: podKey('default', 'b'), name: 'b' })
  const edited = { pod: without, desire: { kind: 'run', pod: without } as const }
  const b = contender('b', { ...edited, containers: [seen(podNamed('b'), 'POD', { claims: ['data'] })] })
  t.equal(holderOfClaim(contender('a'), b), 'default/b')
  t.equal(
    holderOfClaim(contender('a'), { ...b, containers: [seen(podNamed('b'), 'POD', { claims: ['other'] })] }),
    undefined,
  )
  t.end()
})
