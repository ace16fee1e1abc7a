/** How a pod is called, what it shares with the machine, and where it looks others up. */

/** One address, and every name that leads to it. */
export interface HostEntry {
  readonly ip: string
  readonly names: readonly string[]
}

/**
 * podNetwork: the engine's names first, then what the machine asks. host: what the machine asks. none: only what dnsConfig says.
 * On the host's network there are no names of the engine, so there the first two are one.
 */
export type DnsPolicy = 'podNetwork' | 'host' | 'none'

/** What resolv.conf may say. */
export interface DnsConfig {
  readonly nameservers: readonly string[]
  readonly searches: readonly string[]
  /** `ndots:5`, `edns0` */
  readonly options: readonly string[]
}

export interface PodNames {
  /** Of the kernel; on the host's network the machine's own stands. */
  readonly hostname: string
  /** Names the pod within a headless Service; null: it has none. */
  readonly subdomain: string | null
  /** The kernel's hostname is the whole domain name. */
  readonly hostnameIsFqdn: boolean
  readonly hostAliases: readonly HostEntry[]
  readonly dnsPolicy: DnsPolicy
  readonly dnsConfig: DnsConfig
}

/** Namespaces of the kernel. */
export interface SharedNamespaces {
  readonly hostPid: boolean
  readonly hostIpc: boolean
  /** All containers of the pod see each other's processes. */
  readonly processes: boolean
}

export const noDnsConfig: DnsConfig = { nameservers: [], searches: [], options: [] }
export const nothingShared: SharedNamespaces = { hostPid: false, hostIpc: false, processes: false }

/** Every name that podkeep gives ends in it, as the kubelet's do unless it is told otherwise. */
export const clusterDomain = 'cluster.local'

const hostnameMost = 63

/** Source: kubelet truncatePodHostnameIfNeeded. */
export function usualHostname(name: string): string {
  return name.slice(0, hostnameMost).replace(/[-.]+$/, '')
}

/** What stands behind a pod's own hostname; null without a subdomain. Source: kubelet GeneratePodHostNameAndDomain. */
export function domainOf(namespace: string, { subdomain }: PodNames): string | null {
  return subdomain === null ? null : `${subdomain}.${namespace}.svc.${clusterDomain}`
}

export function usualNames(name: string): PodNames {
  return {
    hostname: usualHostname(name),
    subdomain: null,
    hostnameIsFqdn: false,
    hostAliases: [],
    dnsPolicy: 'podNetwork',
    dnsConfig: noDnsConfig,
  }
}
