/** How a pod is called and where it looks others up, from a complete v1 spec. */

import { usualHostname, type DnsConfig, type DnsPolicy, type PodNames, type SharedNamespaces } from '../pod/index.js'
import type { Json } from './normal-form.js'
import { listOf, objectOf, objectsOf, textOf, textOrNull } from './shape.js'

/** Source: kubelet GeneratePodHostNameAndDomain. */
export function desiredNames(spec: Json, podName: string): PodNames {
  const override = textOrNull(spec, 'hostnameOverride')
  return {
    hostname: usualHostname(override ?? textOrNull(spec, 'hostname') ?? podName),
    subdomain: override === null ? textOrNull(spec, 'subdomain') : null,
    hostnameIsFqdn: spec['setHostnameAsFQDN'] === true,
    hostAliases: objectsOf(spec, 'hostAliases').map(({ item }) => ({
      ip: textOf(item, 'ip') ?? '',
      names: texts(item, 'hostnames'),
    })),
    dnsPolicy: dnsPolicyOf(spec),
    dnsConfig: dnsConfigOf(objectOf(spec, 'dnsConfig')),
  }
}

export function desiredShares(spec: Json): SharedNamespaces {
  return {
    hostPid: spec['hostPID'] === true,
    hostIpc: spec['hostIPC'] === true,
    processes: spec['shareProcessNamespace'] === true,
  }
}

function dnsPolicyOf(spec: Json): DnsPolicy {
  const policy = textOf(spec, 'dnsPolicy')
  if (policy === 'None') return 'none'
  return policy === 'Default' || spec['hostNetwork'] === true ? 'host' : 'podNetwork'
}

function dnsConfigOf(config: Json): DnsConfig {
  return {
    nameservers: texts(config, 'nameservers'),
    searches: texts(config, 'searches'),
    options: objectsOf(config, 'options').map(({ item }) => {
      const name = textOf(item, 'name') ?? ''
      const value = textOf(item, 'value')
      return value === undefined ? name : `${name}:${value}`
    }),
  }
}

function texts(object: Json, field: string): string[] {
  return listOf(object, field).filter((item) => typeof item === 'string')
}
