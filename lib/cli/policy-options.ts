/** Rows of the table of settings: what manifests may ask for on this machine. */

import { podSecurityLevels, sysctlPattern, type PodSecurityLevel } from '../manifest/index.js'

export const policyRows = {
  podSecurity: {
    flag: '--pod-security <level>',
    variable: 'PODKEEP_POD_SECURITY',
    meaning: 'Pod Security Standard that manifests are held to: privileged (no limits), baseline or restricted',
    kubelet: null,
    defaultMeaning: 'privileged',
    defaultValue: (): PodSecurityLevel => 'privileged',
    parse: podSecurityLevel,
    expected: `one of ${podSecurityLevels.join(', ')}`,
  },
  podSecurityByNamespace: {
    flag: '--pod-security-namespaces <ns=level,...>',
    variable: 'PODKEEP_POD_SECURITY_NAMESPACES',
    meaning: 'namespaces with a level of their own, higher or lower',
    kubelet: null,
    defaultMeaning: 'none',
    defaultValue: (): ReadonlyMap<string, PodSecurityLevel> => new Map(),
    parse: levelsByNamespace,
    expected: 'a list such as "kube-system=privileged,shop=restricted"',
  },
  allowedUnsafeSysctls: {
    flag: '--allowed-unsafe-sysctls <names>',
    variable: 'PODKEEP_ALLOWED_UNSAFE_SYSCTLS',
    meaning: 'sysctls beyond the safe ones that pods may set: names, or beginnings of names with * at the end',
    kubelet: 'allowedUnsafeSysctls',
    defaultMeaning: 'none',
    defaultValue: (): readonly string[] => [],
    parse: sysctlPatterns,
    expected:
      'a list of sysctls that each pod has its own of (net.*, kernel.shm*, kernel.msg*, kernel.sem, fs.mqueue.*), such as "kernel.msg*,net.core.somaxconn"',
  },
}

function podSecurityLevel(text: string): PodSecurityLevel | null {
  return podSecurityLevels.find((level) => level === text) ?? null
}

function levelsByNamespace(text: string): ReadonlyMap<string, PodSecurityLevel> | null {
  const levels = new Map<string, PodSecurityLevel>()
  for (const item of listItems(text)) {
    const [namespace = '', level = '', ...rest] = item.split('=')
    const known = podSecurityLevel(level)
    if (
      known === null ||
      rest.length > 0 ||
      !/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(namespace) ||
      levels.has(namespace)
    )
      return null
    levels.set(namespace, known)
  }
  return levels
}

function sysctlPatterns(text: string): readonly string[] | null {
  const patterns = listItems(text).map(sysctlPattern)
  return patterns.every((pattern) => pattern !== null) ? patterns : null
}

function listItems(text: string): string[] {
  return text.split(',').map((item) => item.trim())
}
