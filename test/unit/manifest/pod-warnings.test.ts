/** What other people's manifests bring along: warned of where it means less here, refused where it would do harm. */

import t from 'tap'

import { decodeFile, usualPolicy } from '../../../lib/manifest/index.js'
import { nodeIdentity, problemText } from '../../../lib/pod/index.js'
import { decode, podWith, problemsOf } from '../../support/manifests.js'

const warnings = (text: string): string[] => decode(text).warnings.map(problemText)

t.test('a ServiceAccount of its own is warned of, for nobody gives its pods a token', (t) => {
  const said = 'no token of ServiceAccount reader is put into the containers: there is no API server to talk to'
  t.same(warnings(podWith({ spec: 'serviceAccountName: reader' })), [`web.yaml:6:23: spec.serviceAccountName: ${said}`])
  t.same(warnings(podWith({ spec: 'serviceAccount: reader' })), [`web.yaml:6:19: spec.serviceAccount: ${said}`])
  t.same(warnings(podWith({ spec: 'serviceAccountName: reader\n  automountServiceAccountToken: false' })), [])
  t.same(warnings(podWith({ spec: 'serviceAccountName: default' })), [])
  t.end()
})

t.test('a label that not every node has is warned of while it is open which node it will be', (t) => {
  const text = podWith({ spec: 'nodeSelector: {kubernetes.io/arch: arm64, hardware: adsb}' })
  t.same(warnings(text), [
    'web.yaml:6:55: spec.nodeSelector.hardware: it waits unless this node has the label hardware=adsb (podkeep run --node-labels hardware=adsb)',
  ])
  const policy = { ...usualPolicy, node: nodeIdentity('box', 'arm64', { hardware: 'adsb' }) }
  t.same(decodeFile('web.yaml', Buffer.from(text), policy).warnings, [])
  t.end()
})

t.test('of a workload the template is looked at', (t) => {
  const text = `apiVersion: apps/v1
kind: Deployment
metadata: {name: a}
spec:
  selector: {matchLabels: {app: a}}
  template:
    metadata: {labels: {app: a}}
    spec:
      serviceAccountName: reader
      containers: [{name: c, image: i}]
`
  t.match(warnings(text), [/^web\.yaml:9:27: spec\.template\.spec\.serviceAccountName: no token of/])
  t.end()
})

t.test('a hook of Helm that is not for now is refused, others are run', (t) => {
  const hook = (moments: string): string => podWith({ metadata: `annotations: {helm.sh/hook: "${moments}"}` })
  t.same(problemsOf(hook('pre-delete')), [
    'web.yaml:5:31: metadata.annotations["helm.sh/hook"]: Helm runs this at pre-delete, and podkeep would run it now (leave it out: helm template --no-hooks)',
  ])
  t.match(problemsOf(hook('post-delete,test')), [/Helm runs this at post-delete, test, and/])
  t.same(problemsOf(hook('pre-install,pre-delete')), [])
  t.same(problemsOf(hook('post-upgrade')), [])
  t.end()
})

t.test('what is not filled in is called a template', (t) => {
  const said = /this is a template that is not filled in \(render it first, or quote it if \{\{\.\.\.\}\} is meant\)$/
  const texts = ['{{- if .Values.x }}\na: b\n', 'a: b\n{% if x %}\nc: d\n', 'a: {{ x }}\n', 'a:\n{{ include "x" . }}\n']
  for (const text of texts) t.match(problemsOf(text), [said], text)
  t.end()
})

t.test('capabilities are taken as podman writes them', (t) => {
  const text = podWith({
    container: 'securityContext: {capabilities: {drop: [CAP_MKNOD, mknod], add: [cap_net_admin]}}',
  })
  t.match(decode(text).pods[0]?.pod.containers[0]?.security, {
    dropCapabilities: ['MKNOD'],
    addCapabilities: ['NET_ADMIN'],
  })
  t.end()
})
