/** Whether a Host header names this machine, given the address that is listened on. */

import { isIP, isIPv4 } from 'node:net'

export function ownHostTest(address: string, nodeName: string): (header: string) => boolean {
  const own = withoutBrackets(address.toLowerCase())
  const isEverywhere = own === '0.0.0.0' || own === '::' || own === ''
  const isLoopback = isLoopbackName(own)
  return (header) => {
    const host = hostOf(header.toLowerCase())
    if (host === null) return false
    if (isLoopbackName(host) || host === own) return true
    // A rebinding page comes from a name of its own, never from a bare address.
    if (isEverywhere && isIP(host) !== 0) return true
    return !isLoopback && host === nodeName.toLowerCase()
  }
}

/** Without port and brackets; null when it is not a host. */
function hostOf(header: string): string | null {
  const [, bracketed, plain] = /^(?:\[([0-9a-f:.]+)\]|([^\s:/@[\]]+))(?::\d{1,5})?$/.exec(header) ?? []
  return bracketed ?? plain?.replace(/\.$/, '') ?? null
}

function isLoopbackName(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'))
}

function withoutBrackets(address: string): string {
  return address.replace(/^\[(.*)\]$/, '$1')
}
