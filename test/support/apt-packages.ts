/** Debian's packages with what they need, fetched and not installed: whatever this machine has makes no difference. */

import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { run } from '../../bin/command.mjs'

/**
 * What apt is told is there already, so that neither it nor what only it needs comes along: the tools of maintainer scripts, and
 * PostgreSQL's compiler, which is twice as large as the rest.
 */
export const leftOut = [
  ...'adduser debconf dpkg init-system-helpers iproute2 locales lsb-base netbase openssl perl perl-base'.split(' '),
  ...'postgresql-client-common postgresql-common ssl-cert sysvinit-utils ucf usrmerge'.split(' '),
  ...[14, 15, 16, 17, 18, 19].map((version) => `libllvm${version}`),
]

/** Told once for all images of a run. */
let updated: Promise<unknown> | null = null

/** What changes when other versions can be had. */
export async function factsOfLists(): Promise<unknown> {
  const { stdout } = await run('apt-config', ['shell', 'lists', 'Dir::State::lists/d'])
  const lists = /'(.*)'/.exec(stdout)?.[1] ?? '/var/lib/apt/lists'
  const names = existsSync(lists) ? readdirSync(lists).filter((name) => name.includes('_Packages')) : []
  return names.sort().map((name) => [name, statSync(join(lists, name), { throwIfNoEntry: false })?.mtimeMs])
}

/** @returns what apt could not do; null when the packages are in the folder `packages` of `scratch`. */
export async function fetchPackages(names: readonly string[], scratch: string): Promise<string | null> {
  const installed = join(scratch, 'installed')
  const folder = join(scratch, 'packages')
  mkdirSync(join(folder, 'partial'), { recursive: true })
  writeFileSync(installed, leftOut.map(stanza).join('\n'))
  // Without the machine's locks: nothing of it is changed.
  const places = [`Dir::State::status=${installed}`, `Dir::Cache::archives=${folder}`, 'Debug::NoLocking=1']
  const install = ['install', '--download-only', '--no-install-recommends', ...names]
  const attempt = async () => {
    const fetched = await aptGet([...places.flatMap((place) => ['-o', place]), ...install], scratch)
    return fetched.ok ? null : lastLine(fetched.stderr)
  }
  const missing = await attempt()
  if (missing === null) return null
  // No lists yet, or lists so old that what they name is gone.
  updated ??= aptGet(['update'], scratch)
  await updated
  return await attempt()
}

function stanza(name: string): string {
  const facts = ['Status: install ok installed', 'Architecture: all', 'Multi-Arch: foreign', 'Version: 99:0']
  return [`Package: ${name}`, ...facts, 'Maintainer: none', 'Description: left out', ''].join('\n')
}

/** Bounded: without a network every single package is waited for. */
function aptGet(args: readonly string[], cwd: string) {
  const settings = ['APT::Sandbox::User=root', 'Acquire::Retries=1', 'Acquire::http::Timeout=10']
  const options = settings.flatMap((setting) => ['-o', setting])
  return run('timeout', ['120', 'apt-get', '-qy', ...options, ...args], { cwd, env: { ...process.env, LC_ALL: 'C' } })
}

const lastLine = (text: string): string => text.trim().split('\n').at(-1) ?? 'apt-get says nothing'
