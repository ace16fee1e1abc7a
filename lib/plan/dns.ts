/**
 * What a pod's resolv.conf says. Source: kubelet pkg/kubelet/network/dns (GetPodDNS, appendDNSConfig, formDNSSearchFitsLimits).
 * Differs: the nameserver is the engine's own, which asks those that are given here; and a name with a dot is asked as it is first
 * (ndots:1, not 5), for podkeep's names are known in each of their forms, and names of the world need not be asked for three times.
 */

import { clusterDomain, noDnsConfig, type DesiredPod, type DnsConfig } from '../pod/index.js'

const mostNameservers = 3
const mostSearches = 32
const longestSearches = 2048
const longestSearch = 253

/** @param host what the machine's own says; null: all of it as the engine finds right */
export function dnsOf({ namespace, names }: DesiredPod, host: DnsConfig): DnsConfig | null {
  const { dnsPolicy, dnsConfig } = names
  switch (dnsPolicy) {
    case 'podNetwork': {
      const own = { nameservers: [], searches: [`${namespace}.svc.${clusterDomain}`], options: ['ndots:1'] }
      const all = together(together(own, { ...host, nameservers: [], options: [] }), dnsConfig)
      return { ...all, nameservers: asked(host, dnsConfig) }
    }
    case 'host': {
      if (dnsConfig.nameservers.length + dnsConfig.searches.length + dnsConfig.options.length === 0) return null
      const all = together(host, dnsConfig)
      return {
        nameservers: asked(host, dnsConfig),
        searches: dnsConfig.searches.length === 0 ? [] : all.searches,
        options: dnsConfig.options.length === 0 ? [] : all.options,
      }
    }
    case 'none': {
      const { searches, ...rest } = together(noDnsConfig, dnsConfig)
      // A lone dot: none, and not the machine's either.
      return { ...rest, searches: searches.length === 0 ? ['.'] : searches }
    }
  }
}

/** None given, none to be named: the engine asks the machine's, also those that answer on the machine's loopback only. */
function asked(host: DnsConfig, { nameservers }: DnsConfig): string[] {
  if (nameservers.length === 0) return []
  const reachable = host.nameservers.filter((address) => !/^(127\.|::1$)/.test(address))
  return unique([...reachable, ...nameservers]).slice(0, mostNameservers)
}

function together(first: DnsConfig, second: DnsConfig): DnsConfig {
  return {
    nameservers: unique([...first.nameservers, ...second.nameservers]).slice(0, mostNameservers),
    searches: fitting(unique([...first.searches, ...second.searches])),
    options: overridden(first.options, second.options),
  }
}

function fitting(searches: readonly string[]): string[] {
  const kept: string[] = []
  for (const search of searches.filter((one) => one.length <= longestSearch)) {
    if (kept.length === mostSearches || [...kept, search].join(' ').length > longestSearches) break
    kept.push(search)
  }
  return kept
}

/** By name: `ndots:2` replaces `ndots:5`. */
function overridden(first: readonly string[], second: readonly string[]): string[] {
  const nameOf = (option: string): string => option.split(':')[0] ?? option
  return [...new Map([...first, ...second].map((option) => [nameOf(option), option])).values()]
}

function unique(items: readonly string[]): string[] {
  return [...new Set(items)]
}
