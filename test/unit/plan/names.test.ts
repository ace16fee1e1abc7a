/** Under which names a pod is found, what its hosts file says of others, and when that is written. */

import t from 'tap'

import { planPod, serviceFacts, type Endpoint } from '../../../lib/plan/index.js'
import { aliasesOf, serviceEntries } from '../../../lib/plan/names.js'
import { podKey, usualNames, type DesiredPod, type DesiredService } from '../../../lib/pod/index.js'
import { aContext, aFailure, deeds, observed, waits } from '../../support/plans.js'
import { aContainer, aPod, created, seen } from '../../support/pods.js'

const aService = (fields: Partial<DesiredService> = {}): DesiredService => ({
  key: podKey('shop', 'web'),
  namespace: 'shop',
  name: 'web',
  file: 'service.yaml',
  selector: { app: 'web' },
  ports: [],
  isHeadless: false,
  publishNotReadyAddresses: false,
  ...fields,
})

const anEndpoint = (name: string, ip: string, fields: Partial<Endpoint> = {}): Endpoint => ({
  pod: podKey('shop', name),
  namespace: 'shop',
  labels: { app: 'web' },
  ip,
  isReady: true,
  hostname: name,
  subdomain: null,
  ...fields,
})

const podIn = (namespace: string, name: string, fields: Partial<DesiredPod> = {}): DesiredPod =>
  aPod({
    key: podKey(namespace, name),
    namespace,
    name,
    manifest: { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace, labels: { app: 'web' } }, spec: {} },
    ...fields,
  })

await t.test('behind a Service are the ready ones of the pods it selects', async (t) => {
  const unready = anEndpoint('b', '10.0.0.2', { isReady: false })
  const other = anEndpoint('c', '10.0.0.3', { labels: { app: 'db' } })
  const elsewhere = anEndpoint('d', '10.0.0.4', { namespace: 'stage' })
  const all = [anEndpoint('a', '10.0.0.1'), unready, other, elsewhere]
  const ips = (service: DesiredService): string[] =>
    (serviceFacts([service], all)[0]?.endpoints ?? []).map(({ ip }) => ip)
  t.same(ips(aService()), ['10.0.0.1'])
  t.same(ips(aService({ publishNotReadyAddresses: true })), ['10.0.0.1', '10.0.0.2'])
  t.same(ips(aService({ selector: { app: 'nobody' } })), [])
})

await t.test('a Service has its bare name in its own namespace only', async (t) => {
  const services = serviceFacts([aService()], [anEndpoint('a', '10.0.0.1')])
  const everywhere = ['web.shop.svc.cluster.local', 'web.shop.svc', 'web.shop']
  t.same(serviceEntries(podIn('shop', 'client'), services), [{ ip: '10.0.0.1', names: [...everywhere, 'web'] }])
  t.same(serviceEntries(podIn('stage', 'client'), services), [{ ip: '10.0.0.1', names: everywhere }])
})

await t.test(
  'a Service that is named like a pod it does not select leads to nobody while it has no ready pod',
  async (t) => {
    const namesake = anEndpoint('web', '10.0.0.9', { labels: { app: 'other' } })
    const ready = anEndpoint('a', '10.0.0.1')
    const client = podIn('shop', 'client')
    const lines = (endpoints: readonly Endpoint[], service = aService()): string[] =>
      serviceEntries(client, serviceFacts([service], endpoints)).map(({ ip, names }) => `${ip} ${names.join(' ')}`)
    const forms = 'web.shop.svc.cluster.local web.shop.svc web.shop web'
    t.same(lines([namesake, { ...ready, isReady: false }]), [`255.255.255.255 ${forms}`])
    t.same(lines([namesake]), [`255.255.255.255 ${forms}`])
    t.same(lines([namesake, ready]), [`10.0.0.1 ${forms}`])
    t.same(lines([{ ...ready, isReady: false }]), [], 'where nobody else has the name, DNS has no wrong answer')
    t.same(lines([{ ...namesake, labels: { app: 'web' }, isReady: false }]), [], 'nor where the pod is behind it')
    t.same(lines([anEndpoint('web', '10.0.0.9', { pod: podKey('stage', 'web'), namespace: 'stage' })]), [])
  },
)

await t.test('several pods stand behind one name, and not every client finds the same one first', async (t) => {
  const services = serviceFacts([aService()], [anEndpoint('a', '10.0.0.1'), anEndpoint('b', '10.0.0.2')])
  const ips = (client: string): string[] => serviceEntries(podIn('shop', client), services).map(({ ip }) => ip)
  t.same(
    ips('c'),
    ['10.0.0.1', '10.0.0.2'].sort(() => (ips('c')[0] === '10.0.0.1' ? 1 : -1)),
  )
  t.same([...ips('c')].sort(), [...ips('d')].sort())
  t.not(ips('c')[0], ips('d')[0])
})

await t.test('a pod with the Service’s name as its subdomain has a name of its own below it', async (t) => {
  const services = serviceFacts([aService()], [anEndpoint('web-0', '10.0.0.1', { subdomain: 'web' })])
  t.same(serviceEntries(podIn('shop', 'client'), services)[0]?.names.slice(4), [
    'web-0.web.shop.svc.cluster.local',
    'web-0.web.shop.svc',
    'web-0.web.shop',
    'web-0.web',
  ])
})

await t.test('the engine knows a pod by its name, its domain and the Services that select it', async (t) => {
  const pod = podIn('shop', 'web-0', { names: { ...usualNames('web-0'), subdomain: 'peers' } })
  t.same(aliasesOf(pod, serviceFacts([aService(), aService({ name: 'db', selector: { app: 'db' } })], [])), [
    'web-0.shop',
    'web-0.shop.svc.cluster.local',
    'web-0.peers.shop.svc.cluster.local',
    'web-0.peers.shop.svc',
    'web-0.peers.shop',
    'web.shop.svc.cluster.local',
    'web.shop.svc',
    'web.shop',
  ])
  const foreign = aService({ selector: { app: 'db' } })
  t.same(aliasesOf(podIn('shop', 'web'), serviceFacts([foreign], [])), [], 'a Service takes its name from a pod')
})

const services = serviceFacts(
  [aService({ namespace: 'default', key: podKey('default', 'web') })],
  [anEndpoint('a', '10.0.0.1', { namespace: 'default' })],
)
const client = aPod({ containers: [aContainer('app')] })
const entries = serviceEntries(client, services)

await t.test('a container starts when its hosts file says what it has to, and not before', async (t) => {
  const sandbox = seen(client, 'POD', { startedHere: true, names: null })
  const now = (fields: Parameters<typeof aContext>[1], names: typeof entries | null = null) =>
    planPod({ kind: 'run', pod: client }, observed(client, { ...sandbox, names }, created(client, 'app')), {
      ...aContext(client, fields),
    })
  t.same(deeds(now({ services })), ['UpdateNames POD-0 (Changed)'])
  t.same(deeds(now({ services, inFlight: new Set(['UpdateNames POD-0']) })), [])
  t.same(deeds(now({ services }, entries)), ['StartContainer app-0 (Prepared)'])
  t.same(deeds(now({})), ['StartContainer app-0 (Prepared)'], 'with no Service there is nothing to wait for')
  const failed = now({ services, failures: new Map([['UpdateNames POD-0', aFailure()]]) })
  t.same(deeds(failed), ['StartContainer app-0 (Prepared)'], 'nor for what cannot be written')
  t.match(waits(failed), [/^NamesNotWritten in 1 s: it failed/])
})

await t.test('names that change are written while everything runs, once, and go when the Service goes', async (t) => {
  const plan = (names: typeof entries | null, facts: typeof services, startedHere = true) =>
    deeds(
      planPod(
        { kind: 'run', pod: client },
        observed(client, seen(client, 'POD', { names, startedHere }), seen(client, 'app')),
        aContext(client, { services: facts }),
      ),
    )
  t.same(plan([], services), ['UpdateNames POD-0 (Changed)'])
  t.same(plan(entries, services), [])
  t.same(plan(entries, []), ['UpdateNames POD-0 (Changed)'])
  t.same(plan(null, []), [], 'the engine has just made the file')
  t.same(plan(null, [], false), ['UpdateNames POD-0 (Changed)'], 'what an earlier podkeep wrote is not known')
})

await t.test(
  'while not every pod has told where it is, names that may be right stay, and new pods have theirs',
  async (t) => {
    const untold = services.map(({ service }) => ({ service, endpoints: null, hasNamesake: false }))
    const adopted = observed(client, seen(client, 'POD', { names: null }), seen(client, 'app'))
    t.same(deeds(planPod({ kind: 'run', pod: client }, adopted, aContext(client, { services: untold }))), [])
    const selected = podIn('default', 'web-a')
    t.ok(aliasesOf(selected, untold).includes('web.default.svc.cluster.local'))
  },
)

await t.test('a pod without a sandbox has a hosts file of its own', async (t) => {
  const alone = aPod({ hostNetwork: true })
  const plan = planPod(
    { kind: 'run', pod: alone },
    observed(alone, seen(alone, 'app', { names: [] })),
    aContext(alone, { services }),
  )
  t.same(deeds(plan), ['UpdateNames app-0 (Changed)'])
})
