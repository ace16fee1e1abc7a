/** A pod's whole domain name, which takes its metadata and its spec together. */

import { domainOf } from '../pod/index.js'
import { desiredNames } from './desired-names.js'
import { report, type Findings } from './finding.js'
import type { Json } from './normal-form.js'
import { objectOf, textOf } from './shape.js'

/** Linux' HOST_NAME_MAX. */
const longestHostname = 64

/** The kubelet says so when it starts the pod, again and again. Source: kubelet truncatePodHostnameIfNeeded, GeneratePodHostNameAndDomain. */
export function checkWholeName(findings: Findings, pod: Json, base: string): void {
  const spec = objectOf(pod, 'spec')
  if (spec['setHostnameAsFQDN'] !== true || spec['hostNetwork'] === true) return
  const metadata = objectOf(pod, 'metadata')
  const namespace = textOf(metadata, 'namespace') ?? ''
  const names = desiredNames(spec, textOf(metadata, 'name') ?? '')
  const domain = domainOf(namespace === '' ? 'default' : namespace, names)
  const whole = domain === null ? names.hostname : `${names.hostname}.${domain}`
  if (whole.length > longestHostname)
    report(
      findings,
      `${base}/spec/setHostnameAsFQDN`,
      `the whole name ${whole} has ${whole.length} characters, and Linux allows ${longestHostname}`,
      'shorten hostname, subdomain or the namespace, or remove setHostnameAsFQDN',
      'key',
    )
}
