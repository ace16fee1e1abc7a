/**
 * Everything `podkeep run` can be told: one row for each setting, from which the flags, the variables, the help and the
 * configuration are made. A flag wins over its variable, a variable over the configuration file, that over the default; an empty
 * variable counts as not set.
 */

import { join, resolve } from 'node:path'

import type { ManifestPolicy, WrittenSetting } from '../manifest/index.js'
import { usageError } from './command-error.js'
import { containerRows, type ContainerConfig } from './container-options.js'
import { httpRows, type HttpConfig } from './http-options.js'
import type { OptionRow, OptionTable } from './option-row.js'
import { nodeRows, type NodeConfig } from './node-options.js'
import { policyRows } from './policy-options.js'
import { accessRows, serverRow } from './server/options.js'
import type { Surroundings } from './surroundings.js'

export interface RunConfig extends Omit<ManifestPolicy, 'node'>, HttpConfig, ContainerConfig, NodeConfig {
  readonly manifestsDirectory: string
  readonly rootDirectory: string
  /** null: the built-in one. */
  readonly sandboxImage: string | null
  /** Whoever may write the manifests may be anybody. */
  readonly allowWritableManifests: boolean
  readonly stopPods: boolean
  readonly logFormat: LogFormat
  readonly logLevel: LogLevel
}

const logFormats = ['auto', 'pretty', 'json'] as const
export type LogFormat = (typeof logFormats)[number]
const logLevels = ['debug', 'info', 'warn', 'error'] as const
export type LogLevel = (typeof logLevels)[number]

export const rootDirectoryRow: OptionRow<string> = {
  flag: '--root-dir <dir>',
  variable: 'PODKEEP_ROOT_DIR',
  meaning: 'state folder: locks out a second podkeep, keeps volumes, and holds the socket podkeep.sock',
  kubelet: '--root-dir',
  defaultMeaning: '/var/lib/podkeep as root, otherwise ~/.local/state/podkeep',
  defaultValue: defaultRootDirectory,
  parse: directory,
  expected: 'a directory',
}

/** What `podkeep validate` has to know too, to say what `podkeep run` would. */
export const policyOptions: OptionTable<Omit<ManifestPolicy, 'node'>> = policyRows

/** Not a setting itself: where more of them stand. */
export const configFileRow: OptionRow<string | null> = {
  flag: '--config <file>',
  variable: 'PODKEEP_CONFIG',
  meaning:
    'a KubeletConfiguration with the kubelet’s names for these settings; what it says besides is told in the log',
  kubelet: '--config',
  defaultMeaning: 'none',
  defaultValue: () => null,
  parse: directory,
  expected: 'a file',
}

export const runOptions: OptionTable<RunConfig> = {
  manifestsDirectory: {
    flag: '--manifests <dir>',
    variable: 'PODKEEP_MANIFESTS',
    meaning: 'directory of Pod manifests (*.yaml, *.yml, *.json); it may also come later',
    kubelet: 'staticPodPath',
    defaultMeaning: 'manifests/ in a checkout of podkeep, otherwise /etc/podkeep/manifests',
    defaultValue: ({ isCheckout, workingDirectory }) =>
      isCheckout ? join(workingDirectory, 'manifests') : '/etc/podkeep/manifests',
    parse: directory,
    expected: 'a directory',
  },
  rootDirectory: rootDirectoryRow,
  ...httpRows,
  ...nodeRows,
  sandboxImage: {
    flag: '--sandbox-image <ref>',
    variable: 'PODKEEP_SANDBOX_IMAGE',
    meaning: 'image of the sandbox containers',
    kubelet: '--pod-infra-container-image',
    defaultMeaning: 'built in, needs no registry',
    defaultValue: () => null,
    parse: (text) => (/^\S+$/.test(text) ? text : null),
    expected: 'an image, such as "registry.k8s.io/pause:3.10"',
  },
  allowWritableManifests: {
    flag: '--allow-writable-manifests',
    variable: 'PODKEEP_ALLOW_WRITABLE_MANIFESTS',
    meaning: 'take manifests although other users may write them; who may write a manifest can become root',
    kubelet: null,
    defaultMeaning: 'such a directory, or file, is refused',
    defaultValue: () => false,
    parse: yesOrNo,
    expected: '"true" or "false"',
  },
  ...containerRows,
  ...policyOptions,
  stopPods: {
    flag: '--stop-pods',
    variable: 'PODKEEP_STOP_PODS',
    meaning: 'on SIGTERM or Ctrl-C stop the pods first, each with its grace period',
    kubelet: null,
    defaultMeaning: 'pods keep running',
    defaultValue: () => false,
    parse: yesOrNo,
    expected: '"true" or "false"',
  },
  logFormat: {
    flag: '--log-format <format>',
    variable: 'PODKEEP_LOG_FORMAT',
    meaning: 'auto, pretty or json; auto is pretty on a terminal and JSON lines otherwise',
    kubelet: 'logging.format',
    toKubelet: (format) => (format === 'pretty' ? 'text' : format),
    defaultMeaning: 'auto',
    defaultValue: () => 'auto',
    parse: (text) => logFormats.find((format) => format === text) ?? (text === 'text' ? 'pretty' : null),
    expected: `one of ${logFormats.join(', ')}`,
  },
  logLevel: {
    flag: '--log-level <level>',
    variable: 'PODKEEP_LOG_LEVEL',
    meaning: 'the least that is logged: debug, info, warn or error',
    kubelet: 'logging.verbosity',
    toKubelet: (level) => (level === 'debug' ? debugVerbosity : 0),
    defaultMeaning: 'info',
    defaultValue: () => 'info',
    parse: (text) => logLevels.find((level) => level === text) ?? levelOfVerbosity(text),
    expected: `one of ${logLevels.join(', ')}`,
  },
}

/** What a configuration file sets, by the kubelet's names. */
export interface SettingsFile {
  readonly name: string
  readonly settings: ReadonlyMap<string, WrittenSetting>
}

const noFile: SettingsFile = { name: '', settings: new Map() }

/** What commander hands over: by long flag in camel case. */
export type Flags = Readonly<Record<string, string | boolean | undefined>>

export function resolveRunConfig(flags: Flags, surroundings: Surroundings, file: SettingsFile = noFile): RunConfig {
  const valueOf = <T>(row: OptionRow<T>): T => resolveOption(row, flags, surroundings, file)
  return {
    manifestsDirectory: valueOf(runOptions.manifestsDirectory),
    rootDirectory: valueOf(runOptions.rootDirectory),
    address: valueOf(runOptions.address),
    port: valueOf(runOptions.port),
    healthzPort: valueOf(runOptions.healthzPort),
    tlsCertFile: valueOf(runOptions.tlsCertFile),
    tlsPrivateKeyFile: valueOf(runOptions.tlsPrivateKeyFile),
    clientCAFile: valueOf(runOptions.clientCAFile),
    tokenFile: valueOf(runOptions.tokenFile),
    nodeName: valueOf(runOptions.nodeName),
    nodeLabels: valueOf(runOptions.nodeLabels),
    sandboxImage: valueOf(runOptions.sandboxImage),
    allowWritableManifests: valueOf(runOptions.allowWritableManifests),
    containerLogMaxSize: valueOf(runOptions.containerLogMaxSize),
    containerLogMaxFiles: valueOf(runOptions.containerLogMaxFiles),
    podPidsLimit: valueOf(runOptions.podPidsLimit),
    stopPods: valueOf(runOptions.stopPods),
    logFormat: valueOf(runOptions.logFormat),
    logLevel: valueOf(runOptions.logLevel),
    ...resolvePolicy(flags, surroundings, file),
  }
}

function resolvePolicy(flags: Flags, surroundings: Surroundings, file: SettingsFile = noFile): ManifestPolicy {
  const valueOf = <T>(row: OptionRow<T>): T => resolveOption(row, flags, surroundings, file)
  return {
    podSecurity: valueOf(policyOptions.podSecurity),
    podSecurityByNamespace: valueOf(policyOptions.podSecurityByNamespace),
    allowedUnsafeSysctls: valueOf(policyOptions.allowedUnsafeSysctls),
  }
}

/** @throws CommandError naming the flag, the variable or the line of the file, whichever is wrong. */
export function resolveOption<T>(
  row: OptionRow<T>,
  flags: Flags,
  surroundings: Surroundings,
  file: SettingsFile = noFile,
): T {
  const flag = flags[flagKey(row.flag)]
  const variable = surroundings.env[row.variable]
  if (flag !== undefined) return parsed(row, String(flag), row.flag.replace(/ .*/, ''), surroundings)
  if (variable !== undefined && variable !== '') return parsed(row, variable, row.variable, surroundings)
  const written = row.kubelet === null ? undefined : file.settings.get(row.kubelet)
  if (written === undefined) return row.defaultValue(surroundings)
  const place = `${file.name}:${written.line}:${written.column}: ${row.kubelet}`
  const text = settingText(written.value)
  return parsed(row, row.fromKubelet?.(text) ?? text, place, surroundings)
}

/** As it would be typed. */
function settingText(value: unknown): string {
  if (typeof value === 'string') return value
  const items: unknown[] = Array.isArray(value) ? value : []
  const isPlain = items.length > 0 && items.every((item) => typeof item === 'string')
  return isPlain ? items.join(',') : JSON.stringify(value)
}

/** `PODKEEP_...` variables that mean nothing: most likely misspelt. */
export function unknownVariables({ env }: Surroundings): string[] {
  const rows = [...Object.values(runOptions), configFileRow, serverRow, ...Object.values(accessRows)]
  const known = new Set<string>(rows.map((row) => row.variable))
  return Object.keys(env).filter((name) => name.startsWith('PODKEEP_') && !known.has(name))
}

function parsed<T>(row: OptionRow<T>, text: string, place: string, surroundings: Surroundings): T {
  const value = row.parse(text, surroundings)
  if (value === null) throw usageError(`${place}: ${JSON.stringify(text)} is not ${row.expected}`)
  return value
}

/** `--root-dir <dir>` is `rootDir` in commander's answer. */
function flagKey(flag: string): string {
  return flag
    .replace(/^--/, '')
    .replace(/ .*/, '')
    .replace(/-(.)/g, (_, letter: string) => letter.toUpperCase())
}

function defaultRootDirectory({ isRoot, env, homeDirectory }: Surroundings): string {
  if (isRoot) return '/var/lib/podkeep'
  const stateHome = env['XDG_STATE_HOME']
  // The XDG base directory specification: a relative path is to be ignored.
  return join(stateHome?.startsWith('/') === true ? stateHome : join(homeDirectory, '.local/state'), 'podkeep')
}

function directory(text: string, { workingDirectory }: Surroundings): string | null {
  return text === '' ? null : resolve(workingDirectory, text)
}

/** The kubelet's `-v`: from here on it tells what only its developers want to know. */
const debugVerbosity = 4

function levelOfVerbosity(text: string): LogLevel | null {
  if (!/^\d+$/.test(text)) return null
  return Number(text) >= debugVerbosity ? 'debug' : 'info'
}

function yesOrNo(text: string): boolean | null {
  if (/^(true|yes|on|1)$/i.test(text)) return true
  return /^(false|no|off|0)$/i.test(text) ? false : null
}
