/**
 * Whom this machine asks for names. Source: kubelet parseResolvConf: nameservers add up, the last search wins, a trailing dot goes,
 * options are merged by name.
 */

import { readFileSync } from 'node:fs'

import { noDnsConfig, type DnsConfig } from '../pod/index.js'

const usualFile = '/etc/resolv.conf'
/** Where systemd-resolved says whom it asks itself; it answers on the machine's loopback, where no container reaches it. */
const behindResolved = '/run/systemd/resolve/resolv.conf'

export function hostDns(): DnsConfig {
  const usual = parseResolvConf(contentOf(usualFile))
  if (usual.nameservers.join(' ') !== '127.0.0.53') return usual
  const behind = parseResolvConf(contentOf(behindResolved))
  return behind.nameservers.length === 0 ? usual : { ...behind, searches: usual.searches }
}

export function parseResolvConf(text: string): DnsConfig {
  let config = noDnsConfig
  for (const line of text.split('\n')) {
    const [keyword = '', ...words] = line.trim().split(/\s+/)
    if (keyword === 'nameserver') config = { ...config, nameservers: [...config.nameservers, ...words.slice(0, 1)] }
    if (keyword === 'search') config = { ...config, searches: words.map(withoutDot) }
    if (keyword === 'options') config = { ...config, options: merged(config.options, words) }
  }
  return config
}

function withoutDot(search: string): string {
  return search === '.' ? search : search.replace(/\.$/, '')
}

function merged(before: readonly string[], words: readonly string[]): string[] {
  return [...new Map([...before, ...words].map((option) => [option.split(':')[0], option])).values()]
}

function contentOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    // A machine without the file asks nobody, and that is all there is to know.
    return ''
  }
}
