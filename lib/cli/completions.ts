/** What may be typed next: verbs, options, and the names of what is there, asked of the running podkeep. */

import { Command, type Option } from 'commander'

import { CommandError } from './command-error.js'
import { askPods } from './pods/listed-pods.js'
import { manifestsStatus } from './get/manifests.js'
import { manifestWords, isPodWord } from './pods/pod-reference.js'
import type { ListedPod } from './pod-summary.js'
import { ask } from './server/ask.js'
import { earlyCount } from './typed-words.js'
import type { Session } from './verb.js'

export interface Completion {
  readonly text: string
  readonly about: string
}

const formats = ['wide', 'json', 'yaml', 'name', 'jsonpath=']
const whats = ['pods', 'manifests', 'events', 'node']
const describable = ['pod', 'manifest', 'node']

/** @param typed the last one is unfinished, perhaps empty */
export async function completions(typed: readonly string[], session: Session): Promise<Completion[]> {
  const last = typed.at(-1) ?? ''
  const early = earlyCount(typed.slice(0, -1))
  if (early >= typed.length && ['-n', '--namespace'].includes(typed.at(-2) ?? ''))
    return begin(await namespaces(session), last)
  const words = typed.slice(early)
  const [verb] = words
  if (verb === undefined || words.length === 1) {
    return begin(
      session.verbs
        .filter(({ group }) => group !== 'For shells:')
        .map(({ name, summary }) => ({ text: name, about: summary })),
      last,
    )
  }
  if (words.includes('--') && words.indexOf('--') < words.length - 1) return []
  const found = new Command(verb)
  const loaded = await session.verbs.find(({ name }) => name === verb)?.load()
  loaded?.declare(found, session)
  const command = found.commands.find((one) => one.name() === words[1] && words.length > 2) ?? found
  const option = command.options.find(({ long, short }) => [long, short].includes(words.at(-2) ?? ''))
  if (option !== undefined && isValued(option)) return begin(await valuesOf(option, words, session), last)
  if (last.startsWith('-')) return begin(optionsOf(command), last)
  if (command.commands.length > 0) return begin(subcommands(command), last)
  return begin(await namesFor(verb, words, session), last)
}

function begin(all: readonly Completion[], last: string): Completion[] {
  return all.filter(({ text }) => text.startsWith(last))
}

function isValued(option: Option): boolean {
  return option.required || option.optional
}

function optionsOf(command: Command): Completion[] {
  return command.options.map(({ long, short, description }) => ({
    text: long ?? short ?? '',
    about: firstWords(description),
  }))
}

function subcommands(command: Command): Completion[] {
  return command.commands.map((one) => ({ text: one.name(), about: one.description() }))
}

function firstWords(text: string): string {
  return text.split(/ {2}|;|\n/)[0] ?? ''
}

async function valuesOf(option: Option, words: readonly string[], session: Session): Promise<Completion[]> {
  switch (option.attributeName()) {
    case 'output':
      return formats.map((text) => ({ text, about: '' }))
    case 'namespace':
      return namespaces(session)
    case 'container': {
      const named = (await pods(session)).filter(({ metadata }) =>
        words.some((word) => word.split('/').at(-1) === metadata.name),
      )
      return unique(named.flatMap(containersOf))
    }
    default:
      // A file: the shell's affair.
      return []
  }
}

async function namespaces(session: Session): Promise<Completion[]> {
  return unique((await pods(session)).map(({ metadata }) => metadata.namespace))
}

const podVerbs = ['logs', 'exec', 'attach', 'port-forward', 'restart', 'edit', 'wait', 'delete', 'rollout']

async function namesFor(verb: string, words: readonly string[], session: Session): Promise<Completion[]> {
  const names = async (prefix: string): Promise<Completion[]> =>
    unique((await pods(session)).map(({ metadata }) => `${prefix}${metadata.name}`))
  if (verb === 'get' || verb === 'describe') {
    if (isPodWord(words[1] ?? '') && words.length > 2) return names('')
    if ((words.at(-1) ?? '').includes('/')) return names('pod/')
    if (manifestWords.includes(words[1] ?? '') && words.length > 2) return unique(await files(session))
    const all = verb === 'get' ? whats : describable
    return words.length === 2 ? all.map((text) => ({ text, about: '' })) : []
  }
  if (verb === 'help') return session.verbs.map(({ name, summary }) => ({ text: name, about: summary }))
  if (verb === 'completion') return ['bash', 'zsh', 'fish'].map((text) => ({ text, about: '' }))
  if (verb === 'cp') return (await names('')).map(({ text }) => ({ text: `${text}:`, about: '' }))
  if (!podVerbs.includes(verb)) return []
  return (words.at(-1) ?? '').includes('/') || verb === 'delete' || verb === 'wait' ? names('pod/') : names('')
}

/** No podkeep, no names; a shell has no use for an error here. */
async function pods({ surroundings }: Session): Promise<readonly ListedPod[]> {
  try {
    return (await askPods({}, surroundings)).items
  } catch (error) {
    if (error instanceof CommandError) return []
    throw error
  }
}

/** Of the manifests directory. */
async function files({ surroundings }: Session): Promise<string[]> {
  try {
    return manifestsStatus(await ask('/manifests', {}, surroundings)).files.map(({ file }) => file)
  } catch (error) {
    if (error instanceof CommandError) return []
    throw error
  }
}

function containersOf({ spec }: ListedPod): string[] {
  return [spec['containers'], spec['initContainers']].flatMap((list) =>
    Array.isArray(list) ? list.map((one: { readonly name?: string }) => one.name ?? '') : [],
  )
}

function unique(texts: readonly string[]): Completion[] {
  return [...new Set(texts)].sort().map((text) => ({ text, about: '' }))
}
