/** What resolv.conf says: the kubelet's rules, on the engine's nameserver. */

import t from 'tap'

import { dnsOf } from '../../../lib/plan/dns.js'
import { noDnsConfig, usualNames, type DnsConfig, type DnsPolicy } from '../../../lib/pod/index.js'
import { aPod } from '../../support/pods.js'

const host: DnsConfig = {
  nameservers: ['192.0.2.53', '127.0.0.53'],
  searches: ['lan.example'],
  options: ['timeout:1', 'edns0'],
}
const config = (fields: Partial<DnsConfig> = {}): DnsConfig => ({ ...noDnsConfig, ...fields })
const dns = (dnsPolicy: DnsPolicy, dnsConfig = noDnsConfig, around = host): DnsConfig | null =>
  dnsOf(aPod({ namespace: 'shop', names: { ...usualNames('web'), dnsPolicy, dnsConfig } }), around)

await t.test(
  'on the pod network a bare name is looked up in the pod’s namespace first, then where the machine looks',
  async (t) => {
    const searches = ['shop.svc.cluster.local', 'lan.example']
    t.same(dns('podNetwork'), { nameservers: [], searches, options: ['ndots:1'] })
    const given = config({
      nameservers: ['1.1.1.1'],
      searches: ['lan.example', 'more.example'],
      options: ['ndots:3', 'rotate'],
    })
    t.same(dns('podNetwork', given), {
      nameservers: ['192.0.2.53', '1.1.1.1'],
      searches: [...searches, 'more.example'],
      options: ['ndots:3', 'rotate'],
    })
  },
)

await t.test('as on the host: the engine does it by itself, unless the pod adds something', async (t) => {
  t.equal(dns('host'), null)
  t.same(dns('host', config({ searches: ['a.example'] })), {
    nameservers: [],
    searches: ['lan.example', 'a.example'],
    options: [],
  })
  t.same(dns('host', config({ options: ['timeout:5'] }))?.options, ['timeout:5', 'edns0'])
  t.same(dns('host', config({ nameservers: ['1.1.1.1'] }))?.nameservers, ['192.0.2.53', '1.1.1.1'])
})

await t.test('None is what the pod says and nothing else', async (t) => {
  t.same(dns('none', config({ nameservers: ['1.1.1.1'] })), { nameservers: ['1.1.1.1'], searches: ['.'], options: [] })
  const all = config({ nameservers: ['1.1.1.1', '1.1.1.1'], searches: ['a.example'], options: ['ndots:2'] })
  t.same(dns('none', all), { nameservers: ['1.1.1.1'], searches: ['a.example'], options: ['ndots:2'] })
})

await t.test('more than resolv.conf may say is cut off, and a search too long is left out', async (t) => {
  const many = Array.from({ length: 32 }, (_, at) => `s${at}.example`)
  t.equal(dns('podNetwork', config({ searches: many }))?.searches.length, 32)
  const wide = Array.from({ length: 12 }, (_, at) => `${`${at}`.padEnd(200, 'x')}.example`)
  t.equal(dns('podNetwork', config({ searches: wide }))?.searches.length, 11)
  t.same(dns('none', config({ nameservers: ['1.1.1.1'], searches: ['x'.repeat(254), 'a.example'] }))?.searches, [
    'a.example',
  ])
  const servers = config({ nameservers: ['1.1.1.1', '2.2.2.2', '3.3.3.3'] })
  t.same(dns('podNetwork', servers)?.nameservers, ['192.0.2.53', '1.1.1.1', '2.2.2.2'])
})
