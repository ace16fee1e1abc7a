/** Kernel settings that a pod may have for itself. Source: pkg/kubelet/sysctl safe_sysctls.go, allowlist.go, namespaces.go. */

/** Each pod has its own, and no value of theirs can hurt another pod or the machine. */
export const safeSysctls: readonly string[] = [
  'kernel.shm_rmid_forced',
  'net.ipv4.ip_local_port_range',
  'net.ipv4.ip_local_reserved_ports',
  'net.ipv4.ip_unprivileged_port_start',
  'net.ipv4.ping_group_range',
  'net.ipv4.tcp_fin_timeout',
  'net.ipv4.tcp_keepalive_intvl',
  'net.ipv4.tcp_keepalive_probes',
  'net.ipv4.tcp_keepalive_time',
  'net.ipv4.tcp_rmem',
  'net.ipv4.tcp_syncookies',
  'net.ipv4.tcp_wmem',
]

/** With dots, whichever way it was written: in `net/ipv4/conf/eth0.1/rp_filter` the dot is part of a name. */
export function sysctlName(written: string): string {
  const first = /[./]/.exec(written)?.[0]
  if (first !== '/') return written
  return written.replace(/[./]/g, (separator) => (separator === '/' ? '.' : '/'))
}

/** The namespace that a pod's own value lives in; null: the whole machine has only one. `name` is written with dots. */
export function sysctlNamespace(name: string): 'net' | 'ipc' | null {
  if (name.startsWith('net.')) return 'net'
  return name === 'kernel.sem' || /^(?:kernel\.shm|kernel\.msg|fs\.mqueue\.)/.test(name) ? 'ipc' : null
}

/** `kernel.msg*`, `net.core.somaxconn`: what --allowed-unsafe-sysctls may name. With dots; null when it could not be a pod's own. */
export function sysctlPattern(written: string): string | null {
  const pattern = sysctlName(written)
  if (!/^[a-z0-9][-_a-z0-9./]*\*?$/.test(pattern)) return null
  return sysctlNamespace(pattern.replace(/\*$/, '')) === null ? null : pattern
}

export function isSysctlAllowed(name: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) => (pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern))
}
