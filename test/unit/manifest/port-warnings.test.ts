import t from 'tap'

import { decodeFile, portWarnings, usualPolicy } from '../../../lib/manifest/index.js'
import { problemText } from '../../../lib/pod/index.js'

const pod = (name: string, ports: string, spec = ''): string =>
  `apiVersion: v1\nkind: Pod\nmetadata: {name: ${name}}\nspec: {${spec}containers: [{name: c, image: i, ports: ${ports}}]}\n`
const warnings = (...texts: string[]): string[] =>
  portWarnings(texts.flatMap((text, at) => decodeFile(`${at}.yaml`, Buffer.from(text), usualPolicy).pods)).map(
    problemText,
  )

await t.test(
  'two pods that want one port of the host are told of, at the second, with the place of the first',
  async (t) => {
    t.same(
      warnings(
        pod('a', '[{containerPort: 80, hostPort: 80}]'),
        pod('b', '[{containerPort: 81, hostPort: 80, hostIP: 127.0.0.1}]'),
      ),
      [
        '1.yaml:3:18: metadata.name: wants port 127.0.0.1:80/TCP of the host, as pod default/a in 0.yaml:3 does: whichever starts second waits until the other is gone (give one of the two another hostPort or hostIP)',
      ],
    )
    const onHost = pod('a', '[{containerPort: 80}]', 'hostNetwork: true, ')
    t.match(warnings(onHost, pod('b', '[{containerPort: 81, hostPort: 80}]')), [/^1\.yaml:3:18: .*wants port 80\/TCP/])
    t.same(warnings(pod('a', '[{containerPort: 80, hostPort: 80}]'), pod('b', '[{containerPort: 80}]')), [])
    t.same(
      warnings(
        pod('a', '[{containerPort: 80, hostPort: 80}]'),
        pod('b', '[{containerPort: 80, hostPort: 80, protocol: UDP}]'),
      ),
      [],
    )
  },
)
