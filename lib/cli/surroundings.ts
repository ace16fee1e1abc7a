/** What a command finds around itself. Read once, in main; nothing else in podkeep looks at the process. */

import { readFileSync, statSync } from 'node:fs'
import { homedir, hostname, networkInterfaces } from 'node:os'
import { join } from 'node:path'

import type { DnsConfig } from '../pod/index.js'
import { hostDns } from './host-dns.js'

export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly workingDirectory: string
  readonly homeDirectory: string
  readonly isRoot: boolean
  readonly hostName: string
  /** The machine's first IPv4 address that is not loopback; 127.0.0.1 without a network. */
  readonly hostIP: string
  /** What its resolv.conf says. */
  readonly hostDns: DnsConfig
  /** The working directory is a checkout of podkeep. */
  readonly isCheckout: boolean
}

export function lookAround(): Surroundings {
  const workingDirectory = process.cwd()
  return {
    env: process.env,
    workingDirectory,
    homeDirectory: homedir(),
    isRoot: process.geteuid?.() === 0,
    hostName: hostname(),
    hostIP: firstAddress(),
    hostDns: hostDns(),
    isCheckout: isCheckout(workingDirectory),
  }
}

function firstAddress(): string {
  const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? [])
  return addresses.find((address) => address.family === 'IPv4' && !address.internal)?.address ?? '127.0.0.1'
}

function isCheckout(directory: string): boolean {
  try {
    const description: unknown = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'))
    const isPodkeep =
      typeof description === 'object' && description !== null && 'name' in description && description.name === 'podkeep'
    return isPodkeep && statSync(join(directory, 'manifests')).isDirectory()
  } catch {
    // Without a readable package.json and a manifests folder this is no checkout, and that is the whole question.
    return false
  }
}
