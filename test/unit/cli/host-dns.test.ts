/** The machine's resolv.conf, read as the kubelet reads it. */

import t from 'tap'

import { parseResolvConf } from '../../../lib/cli/host-dns.js'

await t.test('nameservers add up, the last search wins, options are merged by name', async (t) => {
  const text = [
    '# made by hand',
    'nameserver 192.0.2.1',
    'search first.example',
    ' nameserver\t192.0.2.2 and more',
    'search lan.example. second.example .',
    'options ndots:2 rotate',
    'options ndots:3',
    'nonsense',
    '',
  ].join('\n')
  t.same(parseResolvConf(text), {
    nameservers: ['192.0.2.1', '192.0.2.2'],
    searches: ['lan.example', 'second.example', '.'],
    options: ['ndots:3', 'rotate'],
  })
  t.same(parseResolvConf(''), { nameservers: [], searches: [], options: [] })
})
