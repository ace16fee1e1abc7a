/** Rows of the table of fields: Services. */

import { fineIf, ignored, never, supported, type FieldRow } from './field-rows.js'
import { objectMetadataRows } from './metadata-fields.js'

const isName = 'a Service is a name here, which leads to the addresses of its pods'
const nothingListens = `${isName}: nothing listens on an address of its own`
const noBalancer =
  'podkeep publishes ports of pods, not of Services: with a type other than ClusterIP the name works all the same'

export const serviceRows: readonly FieldRow[] = [
  ...objectMetadataRows,
  ...supported('spec', 'selector selector.{} ports ports[] publishNotReadyAddresses type'),
  ...supported('spec.ports[]', 'name port protocol targetPort'),
  ...ignored('spec.ports[]', 'appProtocol', 'it tells a proxy what is spoken, and there is none'),
  ...ignored('spec.ports[]', 'nodePort', noBalancer),
  ...ignored('spec', 'clusterIP clusterIPs', nothingListens),
  ...ignored('spec', 'ipFamilies ipFamilyPolicy', nothingListens),
  ...ignored(
    'spec',
    'allocateLoadBalancerNodePorts externalTrafficPolicy healthCheckNodePort internalTrafficPolicy loadBalancerClass loadBalancerIP loadBalancerSourceRanges trafficDistribution',
    noBalancer,
  ),
  ...never('spec', 'externalIPs', nothingListens, 'publish ports with hostPort and hostIP of the pod'),
  ...never(
    'spec',
    'externalName',
    'the engine’s DNS knows its own containers only',
    'write the name itself into the pods that use it',
    fineIf(''),
  ),
  ...never(
    'spec',
    'sessionAffinity',
    isName,
    'remove the field: a client keeps the address it has looked up',
    fineIf('', 'None'),
  ),
  ...ignored('spec', 'sessionAffinityConfig', 'it belongs to a sessionAffinity that is refused'),
]
