import t from 'tap'

import { hostPorts, portsClash, portText } from '../../../lib/pod/index.js'
import { aContainer, aPod, aPort } from '../../support/pods.js'

const port = (hostPort: number, hostIP: string | null = null, protocol: 'TCP' | 'UDP' = 'TCP') => ({
  ...{ containerPort: 80, protocol, hostPort, hostIP },
})

await t.test('two want the same: number, protocol, and address or all addresses', async (t) => {
  t.equal(portsClash(port(80), port(80)), true)
  t.equal(portsClash(port(80), port(81)), false)
  t.equal(portsClash(port(80), port(80, null, 'UDP')), false)
  t.equal(portsClash(port(80), port(80, '127.0.0.1')), true)
  t.equal(portsClash(port(80, '0.0.0.0'), port(80, '127.0.0.1')), true)
  t.equal(portsClash(port(80, '::'), port(80, '::1')), true)
  t.equal(portsClash(port(80, '127.0.0.1'), port(80, '127.0.0.1')), true)
  t.equal(portsClash(port(80, '127.0.0.1'), port(80, '127.0.0.2')), false)
})

await t.test('what a pod wants of the host, and how it reads', async (t) => {
  const asking = aContainer('a', { ports: [aPort(), aPort({ hostPort: 8080, hostIP: '127.0.0.1' })] })
  const pod = aPod({ containers: [asking], initContainers: [aContainer('i', { ports: [aPort({ hostPort: 9 })] })] })
  t.same(hostPorts(pod).map(portText), ['127.0.0.1:8080/TCP'], 'init containers are alone when they run')
  t.equal(portText(port(53, '::1', 'UDP')), '[::1]:53/UDP')
  t.equal(portText(port(80)), '80/TCP')
  t.same(hostPorts(aPod()), [])
})
