/** What stands directly in spec. Source: ValidatePodSpec, validatePodDNSConfig, ValidateHostAliases, validatePodHostName. */

import { report, reportMissing, type Findings } from './finding.js'
import { isIpAddress } from './ip-address.js'
import { labelProblem, subdomainProblem, underscoreSubdomainProblem } from './names.js'
import { isObject, type Json } from './normal-form.js'
import { checkPodResources } from './pod-resource-rules.js'
import { priorityOfClass } from './priority-classes.js'
import { listOf, numberOf, objectOf, objectsOf, textOf } from './shape.js'
import { checkName, checkOptionalName, checkRange, checkRequiredName, int32Most, requiredText } from './text-rules.js'

const mostNameservers = 3
const mostSearches = 32
const longestSearches = 2048
const longestHostname = 64
/** The longest grace period that is still exact in milliseconds. */
const graceMostSeconds = Math.floor(Number.MAX_SAFE_INTEGER / 1000)

export function checkPodFields(findings: Findings, spec: Json, base: string): void {
  for (const field of ['hostname', 'subdomain']) checkOptionalName(findings, spec, field, base, labelProblem)
  for (const field of ['nodeName', 'serviceAccount', 'serviceAccountName', 'priorityClassName'])
    checkOptionalName(findings, spec, field, base, subdomainProblem)
  if ('runtimeClassName' in spec) checkRequiredName(findings, spec, 'runtimeClassName', base, subdomainProblem)
  checkRange(findings, spec, 'activeDeadlineSeconds', base, 1, int32Most)
  const graceSeconds = numberOf(spec, 'terminationGracePeriodSeconds') ?? 0
  if (graceSeconds > graceMostSeconds)
    report(findings, `${base}/terminationGracePeriodSeconds`, `must be less than or equal to ${graceMostSeconds}`)
  checkPriority(findings, spec, base)
  checkHostnameOverride(findings, spec, `${base}/hostnameOverride`)
  checkPodResources(findings, spec, `${base}/resources`)
  checkDns(findings, spec, `${base}/dnsConfig`)
  checkHostAliases(findings, spec, `${base}/hostAliases`)
  if (isObject(spec['os'])) requiredText(findings, spec['os'], 'name', `${base}/os`)
}

/** Source: the admission plugin Priority. */
function checkPriority(findings: Findings, spec: Json, base: string): void {
  const name = textOf(spec, 'priorityClassName') ?? ''
  const ofClass = priorityOfClass(name)
  if (name !== '' && ofClass === null)
    report(
      findings,
      `${base}/priorityClassName`,
      'there are no PriorityClass objects here',
      'write priority: and a number; there are only system-node-critical and system-cluster-critical',
    )
  const priority = numberOf(spec, 'priority')
  if (ofClass !== null && priority !== undefined && priority !== ofClass)
    report(
      findings,
      `${base}/priority`,
      `must be ${ofClass}, as priorityClassName ${name} says`,
      'remove one of the two',
    )
}

function checkHostnameOverride(findings: Findings, spec: Json, pointer: string): void {
  const hostname = textOf(spec, 'hostnameOverride')
  if (hostname === undefined) return
  for (const field of ['setHostnameAsFQDN', 'hostNetwork'])
    if (spec[field] === true) report(findings, pointer, `may not be specified when ${field} is true`, null, 'key')
  if (hostname.length > longestHostname) report(findings, pointer, `must be no more than ${longestHostname} characters`)
  checkName(findings, pointer, hostname, subdomainProblem)
}

function checkDns(findings: Findings, spec: Json, base: string): void {
  const config = objectOf(spec, 'dnsConfig')
  const nameservers = listOf(config, 'nameservers')
  const searches = listOf(config, 'searches')
  if (spec['dnsPolicy'] === 'None' && nameservers.length === 0)
    reportMissing(
      findings,
      'dnsConfig' in spec ? `${base}/nameservers` : base,
      'dnsPolicy None needs at least one nameserver here',
    )
  if (nameservers.length > mostNameservers)
    report(findings, `${base}/nameservers`, `must not have more than ${mostNameservers} nameservers`, null, 'key')
  nameservers.forEach((address, at) => {
    if (typeof address === 'string' && !isIpAddress(address))
      report(findings, `${base}/nameservers/${at}`, 'must be an IP address')
  })
  if (searches.length > mostSearches)
    report(findings, `${base}/searches`, `must not have more than ${mostSearches} search paths`, null, 'key')
  if (searches.join(' ').length > longestSearches)
    report(
      findings,
      `${base}/searches`,
      `must not have more than ${longestSearches} characters (including spaces) in the search list`,
      null,
      'key',
    )
  searches.forEach((search, at) => {
    if (typeof search === 'string' && search !== '.')
      checkName(findings, `${base}/searches/${at}`, search.replace(/\.$/, ''), underscoreSubdomainProblem)
  })
  for (const { item, at } of objectsOf(config, 'options')) requiredText(findings, item, 'name', `${base}/options/${at}`)
}

function checkHostAliases(findings: Findings, spec: Json, base: string): void {
  for (const { item, at } of objectsOf(spec, 'hostAliases')) {
    const address = requiredText(findings, item, 'ip', `${base}/${at}`)
    if (address !== null && !isIpAddress(address)) report(findings, `${base}/${at}/ip`, 'must be an IP address')
    listOf(item, 'hostnames').forEach((name, index) => {
      if (typeof name === 'string') checkName(findings, `${base}/${at}/hostnames/${index}`, name, subdomainProblem)
    })
  }
}
