/** Which PersistentVolume each claim has, in whose place, and what is told of it. */

import { t } from 'tap'

import {
  bindClaims,
  claimWarnings,
  decodeFile,
  newClaimWarnings,
  resolveDuplicates,
  usualPolicy,
  withStorage,
  type Binding,
  type DecodedFile,
  type Storage,
} from '../../../lib/manifest/index.js'
import {
  claimsOf,
  nodeIdentity,
  problemText,
  sandboxHash,
  type DesiredPod,
  type PersistentVolume,
  type PodKey,
} from '../../../lib/pod/index.js'

const policy = { ...usualPolicy, node: nodeIdentity('box', 'amd64', {}) }
const decode = (text: string, file = 'c.yaml'): DecodedFile => {
  const decoded = decodeFile(file, new TextEncoder().encode(text), policy)
  if (decoded.problems.length > 0) throw new Error(decoded.problems.map(problemText).join('\n'))
  return decoded
}
const documents = (...all: string[]): string => all.join('\n---\n')
const volume = (name: string, size: string, more = '', labels = ''): string =>
  `{apiVersion: v1, kind: PersistentVolume, metadata: {name: ${name}, labels: {${labels}}}, spec: {accessModes: [ReadWriteOnce], hostPath: {path: /${name}}, capacity: {storage: ${size}}${more}}}`
const claim = (name: string, size: string, more = '', modes = 'ReadWriteOnce'): string =>
  `{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: ${name}}, spec: {accessModes: [${modes}], resources: {requests: {storage: ${size}}}${more}}}`
const pod = (claimName: string, more = '', mount = ''): string =>
  `{apiVersion: v1, kind: Pod, metadata: {name: p-${claimName}}, spec: {${more} containers: [{name: c, image: i, volumeMounts: [{name: v, mountPath: /d${mount}}]}], volumes: [{name: v, persistentVolumeClaim: {claimName: ${claimName}}}]}}`
const manual = ', storageClassName: manual'
const none = ', storageClassName: ""'
const elsewhere =
  ', nodeAffinity: {required: {nodeSelectorTerms: [{matchFields: [{key: metadata.name, operator: In, values: [far]}]}]}}'

const key = (name: string): PodKey => `default/${name}` as PodKey
const storageOf = (file: DecodedFile, more: Partial<Storage> = {}): Storage => {
  const { claims, volumes } = resolveDuplicates([file], () => undefined)
  return { claims, volumes, bound: new Map(), onEngine: new Set(), unread: null, ...more }
}
const keysOf = (file: DecodedFile): PodKey[] => [
  ...file.claims.map((one) => one.claim.key),
  ...file.pods.flatMap(({ pod: { volumes } }) => claimsOf(volumes).map(({ name }) => key(name))),
]
const bound = (text: string, more: Partial<Storage> = {}): ReadonlyMap<PodKey, Binding> => {
  const file = decode(text)
  return bindClaims(keysOf(file), storageOf(file, more))
}
/** By the claims' names: the volume, `engine`, or why none. */
const outcome = (text: string, more: Partial<Storage> = {}): Record<string, string> =>
  Object.fromEntries(
    [...bound(text, more)].map(([claimed, binding]) => {
      const what = { engine: () => 'engine', volume: () => '', none: () => '' }
      const told =
        binding.kind === 'volume' ? binding.volume.name : binding.kind === 'none' ? binding.why : what[binding.kind]()
      return [claimed.replace('default/', ''), told]
    }),
  )

t.test('the smallest that fits is taken, and each by one claim', (test) => {
  const volumes = documents(
    volume('big', '10Gi', manual),
    volume('small', '2Gi', manual),
    volume('tiny', '1Gi', manual),
  )
  test.same(outcome(documents(volumes, claim('a', '2Gi', manual))), { a: 'small' })
  test.same(outcome(documents(volumes, claim('a', '2Gi', manual), claim('b', '1Gi', manual))), {
    a: 'small',
    b: 'tiny',
  })
  test.same(outcome(documents(volumes, claim('a', '3Gi', manual), claim('b', '3Gi', manual))), {
    a: 'big',
    b: 'engine',
  })
  test.end()
})

t.test('class, access modes, capacity, labels and the node have to fit', (test) => {
  const asked = (volumes: string, more: string, modes?: string): string | undefined =>
    outcome(documents(volumes, claim('a', '2Gi', more, modes)))['a']
  test.equal(asked(volume('pv', '2Gi'), ''), 'pv', 'neither has a class')
  test.equal(asked(volume('pv', '2Gi', manual), ''), 'engine')
  test.equal(asked(volume('pv', '2Gi'), manual), 'engine')
  test.equal(asked(volume('pv', '2Gi'), none), 'pv')
  test.equal(
    asked(volume('pv', '2Gi', manual), none),
    'the claim default/a is unbound, and waits for a PersistentVolume without a class, of at least 2Gi, with ReadWriteOnce (there is none)',
  )
  test.equal(
    asked(volume('pv', '1Gi'), none),
    'the claim default/a is unbound, and waits for a PersistentVolume without a class, of at least 2Gi, with ReadWriteOnce (pv holds 1Gi where 2Gi are asked for)',
  )
  test.match(asked(volume('pv', '2Gi'), none, 'ReadWriteMany'), / \(pv has not the access mode ReadWriteMany\)$/)
  const selector = `${manual}, selector: {matchExpressions: [{key: disk, operator: In, values: [ssd]}]}`
  test.equal(asked(volume('pv', '2Gi', manual, 'disk: ssd'), selector), 'pv')
  test.equal(
    asked(volume('pv', '2Gi', manual, 'disk: hdd'), selector),
    'the claim default/a is unbound, and waits for a PersistentVolume of class "manual", of at least 2Gi, with ReadWriteOnce, with the labels of its selector (pv has not the labels that the selector asks for)',
  )
  test.match(
    asked(volume('pv', '2Gi', elsewhere), none),
    / \(pv is on another node: no term of its nodeAffinity fits the labels of this node\)$/,
  )
  test.end()
})

t.test('who is named comes first, and no other will do', (test) => {
  const two = documents(volume('one', '1Gi'), volume('two', '2Gi'))
  test.same(outcome(documents(two, claim('a', '1Gi'), claim('b', '1Gi', ', volumeName: one'))), { a: 'two', b: 'one' })
  test.match(
    outcome(documents(two, claim('a', '1Gi', `${manual}, volumeName: two`)))['a'],
    /waits for the PersistentVolume two of class "manual", of at least 1Gi, with ReadWriteOnce \(two has no class\)$/,
  )
  test.match(
    outcome(documents(volume('one', '1Gi', manual), claim('a', '1Gi', ', volumeName: one')))['a'],
    /\(one is of class "manual"\)$/,
  )
  test.match(outcome(claim('a', '1Gi', ', volumeName: gone'))['a'], /the PersistentVolume gone .*\(there is none\)$/)
  const reserved = volume('mine', '1Gi', ', claimRef: {namespace: default, name: b}')
  test.same(outcome(documents(reserved, claim('a', '1Gi'), claim('b', '1Gi', manual))), { a: 'engine', b: 'mine' })
  test.same(outcome(documents(reserved, pod('b'))), { b: 'mine' }, 'a claim needs no document')
  test.same(outcome(documents(volume('pv', '1Gi'), pod('b'))), { b: 'engine' }, 'one without asks for nothing')
  test.match(
    outcome(documents(reserved, claim('a', '1Gi', ', volumeName: mine')))['a'],
    /\(mine is kept for the claim default\/b\)$/,
  )
  test.match(outcome(documents(reserved, claim('b', '2Gi')))['b'], /\(mine holds 1Gi where 2Gi are asked for\)$/)
  test.match(
    outcome(documents(volume('mine', '1Gi', `${elsewhere}, claimRef: {namespace: default, name: b}`), pod('b')))['b'],
    /^the claim default\/b is unbound, and waits for the PersistentVolume that is kept for it \(mine is on another node/,
  )
  test.end()
})

t.test('a claim keeps what it has, whatever comes, goes or is said later', (test) => {
  const text = documents(volume('pv', '1Gi'), claim('a', '1Gi', ', volumeName: pv'), pod('a'))
  const [pv] = decode(text).volumes
  if (pv === undefined) throw new Error('no volume')
  test.same(outcome(text, { onEngine: new Set([key('a')]) }), { a: 'engine' })
  const old: PersistentVolume = { ...pv.volume, key: '/old' as PodKey, name: 'old' }
  const before = new Map([[key('a'), old]])
  test.same(outcome(text, { bound: before }), { a: 'old' }, 'one that has no manifest any more')
  test.same(outcome(text, { bound: before, onEngine: new Set([key('a')]) }), { a: 'old' })
  const other = documents(volume('pv', '1Gi'), claim('b', '1Gi', none))
  test.match(
    outcome(other, { bound: new Map([[key('a'), pv.volume]]) })['b'],
    /\(pv is bound to the claim default\/a\)$/,
  )
  const edited = volume('pv', '512Mi', manual).replace('/pv', '/moved')
  const after = bound(documents(edited, claim('a', '1Gi')), { bound: new Map([[key('a'), pv.volume]]) }).get(key('a'))
  test.match(after, { kind: 'volume', volume: { source: { path: '/moved' } } }, 'with what it says by now')
  test.end()
})

t.test('no claim gets an empty volume while its PersistentVolume may stand in a broken file', (test) => {
  const unread = 'pv.yaml:3:1: spek: unknown field'
  test.same(outcome(pod('a'), { unread }), {
    a: 'the claim default/a gets no storage while its PersistentVolume may stand in what cannot be read: pv.yaml:3:1: spek: unknown field',
  })
  test.same(outcome(pod('a'), { unread, onEngine: new Set([key('a')]) }), { a: 'engine' })
  test.same(outcome(documents(volume('pv', '1Gi'), claim('a', '1Gi')), { unread }), { a: 'pv' })
  test.end()
})

t.test('a StatefulSet’s template asks for its pods, but for a claim that has a document', (test) => {
  const template = claim('data', '1Gi', none).replace('apiVersion: v1, kind: PersistentVolumeClaim, ', '')
  const set = `{apiVersion: apps/v1, kind: StatefulSet, metadata: {name: db}, spec: {replicas: 2, selector: {matchLabels: {a: b}}, volumeClaimTemplates: [${template}], template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c, image: i}]}}}}`
  const volumes = documents(volume('one', '1Gi'), volume('two', '2Gi'))
  test.same(outcome(documents(set, volumes)), { 'data-db-0': 'one', 'data-db-1': 'two' })
  const text = documents(set, volumes, claim('data-db-0', '1Gi', ', volumeName: two'))
  test.same(outcome(text), { 'data-db-0': 'two', 'data-db-1': 'one' })
  test.same(resolveDuplicates([decode(text)], () => undefined).problems, [])
  test.end()
})

const podWith = (source: string, text: string): DesiredPod => {
  const disk = `{apiVersion: v1, kind: PersistentVolume, metadata: {name: pv}, spec: {capacity: {storage: 1Gi}, ${source}, claimRef: {namespace: default, name: a}}}`
  const file = decode(documents(disk, text))
  const bindings = bindClaims(keysOf(file), storageOf(file))
  const [first] = file.pods
  if (first === undefined) throw new Error('no pod')
  return withStorage(first.pod, (claimed) => bindings.get(claimed) ?? null)
}
const volumesWith = (source: string, text = pod('a', 'securityContext: {fsGroup: 7},')): DesiredPod['volumes'] =>
  podWith(source, text).volumes

t.test('the pod mounts what its claim is bound to', (test) => {
  const claimed = { namespace: 'default', name: 'a' }
  const write = 'accessModes: [ReadWriteOnce]'
  const path = { kind: 'hostPath', name: 'v', claim: claimed }
  test.same(volumesWith(`${write}, hostPath: {path: /h, type: DirectoryOrCreate}`), [
    { ...path, path: '/h', type: 'DirectoryOrCreate' },
  ])
  const owner = { fsGroup: 7, onlyOnMismatch: false }
  test.same(volumesWith(`${write}, local: {path: /l}`), [{ ...path, path: '/l', type: 'Directory', owner }])
  test.same(volumesWith('accessModes: [ReadOnlyMany], local: {path: /l}'), [
    { ...path, path: '/l', type: 'Directory', readOnly: true },
  ])
  const share = { kind: 'nfs', name: 'v', share: { server: 'nas', path: '/e', options: ['soft'] }, claim: claimed }
  const nfs = 'nfs: {server: nas, path: /e}, mountOptions: [soft]'
  test.same(volumesWith(`${write}, ${nfs}`), [{ ...share, readOnly: false }])
  test.same(volumesWith(`accessModes: [ReadOnlyMany], ${nfs}`), [{ ...share, readOnly: true }])
  const [part] = volumesWith(`${write}, ${nfs}`, pod('a', '', ', subPath: x'))
  test.match(part, {
    kind: 'persistentVolumeClaim',
    unbound:
      'the PersistentVolume pv is an NFS share, which the engine mounts as a whole: take subPath and recursiveReadOnly out of the mounts, or mount the share on the machine and write local',
  })
  test.end()
})

t.test('a pod without PersistentVolumes is the same object, with the same hash', (test) => {
  const file = decode(pod('a'))
  const [first] = file.pods
  if (first === undefined) throw new Error('no pod')
  test.equal(
    withStorage(first.pod, () => ({ kind: 'engine' })),
    first.pod,
  )
  const waiting = withStorage(first.pod, () => ({ kind: 'none', why: 'x' }))
  test.equal(sandboxHash(waiting), sandboxHash(first.pod), 'what waits is not made anew for that')
  test.match(withStorage(first.pod, () => null).volumes, [{ unbound: null }])
  test.end()
})

t.test('storage that is another than one would think is told where the claim stands', (test) => {
  const told = (text: string, more: Partial<Storage> = {}): string[] => {
    const file = decode(text)
    const storage = storageOf(file, more)
    return claimWarnings(bindClaims(keysOf(file), storage), storage, [file]).map(problemText)
  }
  const onEngine = new Set([key('a')])
  const advice =
    '(give the claim another name, here and in its pods; or remove its pods, copy the data, and remove that volume with docker volume rm)'
  test.same(told(documents(volume('pv', '1Gi', manual), claim('a', '1Gi', manual)), { onEngine }), [
    `c.yaml:3:64: metadata.name: the claim default/a stays on its volume of the engine, where its data is, and is not bound to the PersistentVolume pv ${advice}`,
  ])
  test.same(told(claim('a', '1Gi', none), { onEngine }), [
    `c.yaml:1:64: metadata.name: the claim default/a stays on its volume of the engine, where its data is, and is not bound to a PersistentVolume ${advice}`,
  ])
  const reserved = volume('pv', '1Gi', ', claimRef: {namespace: default, name: a}')
  test.same(told(documents(reserved, pod('a')), { onEngine }), [
    `c.yaml:1:59: metadata.name: the claim default/a stays on its volume of the engine, where its data is, and is not bound to the PersistentVolume pv ${advice}`,
  ])
  test.same(told(documents(volume('pv', '1Gi'), claim('a', '1Gi')), { onEngine }), [], 'who asked for nothing')
  test.same(told(documents(volume('pv', '1Gi', manual), claim('a', '2Gi', manual))), [
    'c.yaml:3:64: metadata.name: no PersistentVolume fits the claim default/a, so it has a volume of the engine, empty at first: pv holds 1Gi where 2Gi are asked for (make one fit, or name another storageClassName)',
  ])
  test.same(told(documents(volume('pv', '1Gi', `${manual}${elsewhere}`), claim('a', '2Gi', manual))), [])
  const [pv] = decode(volume('pv', '1Gi'), 'pv.yaml').volumes
  if (pv === undefined) throw new Error('no volume')
  const before = new Map([[key('a'), pv.volume]])
  test.same(told(pod('a'), { bound: before }), [
    'pv.yaml: the PersistentVolume pv has no manifest any more, and stays what the claim default/a has its data in (put its manifest back; to give the data up, remove the pods and the claim)',
  ])
  test.same(told(documents(volume('pv', '1Gi'), claim('a', '1Gi', ', volumeName: two')), { bound: before }), [
    'c.yaml:3:64: metadata.name: the claim default/a is bound to the PersistentVolume pv for good, where its data is: volumeName changes nothing (give the claim another name, here and in its pods)',
  ])
  const file = decode(documents(pod('a'), claim('a', '1Gi', none)))
  test.same(
    newClaimWarnings(
      resolveDuplicates([file], () => undefined),
      [file],
    ).map(problemText),
    [
      'c.yaml:3:64: metadata.name: the claim default/a is unbound, and waits for a PersistentVolume without a class, of at least 1Gi, with ReadWriteOnce (there is none)',
    ],
  )
  test.same(
    told(documents(volume('pv', '1Gi', elsewhere), claim('a', '1Gi', none))),
    [],
    'it may be for the other node',
  )
  test.end()
})
