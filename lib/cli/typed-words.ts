/**
 * What was typed, as commander reads it. kubectl takes more ways of writing a flag: `-o=yaml`, `--timestamps=false`, and flags of every
 * verb before it. What stands after `--` is another program's and is left alone.
 */

import { Command, type Option } from 'commander'

import { usageError } from './command-error.js'
import { addNamespace, addServer } from './options.js'

/** @param program with the verbs that were typed */
export function plainWords(program: Command, words: readonly string[]): string[] {
  const end = words.includes('--') ? words.indexOf('--') : words.length
  const { command, path, early, rest } = commandOf(program, words.slice(0, end))
  if (command === program) {
    // No verb that there is: that is what is to be said of it, and not of the flags before.
    const count = earlyCount(words)
    return words.slice(count < words.length ? count : 0)
  }
  return [...path, ...plainFlags(command.options, [...early, ...rest]), ...words.slice(end)]
}

interface Typed {
  readonly command: Command
  /** The verb, and what it has for a verb of its own. */
  readonly path: readonly string[]
  /** Flags that stand before it. */
  readonly early: readonly string[]
  readonly rest: readonly string[]
}

function commandOf(program: Command, words: readonly string[]): Typed {
  const path: string[] = []
  const early: string[] = []
  let command = program
  let rest = words
  for (;;) {
    const count = earlyCount(rest)
    const word = rest[count] ?? ''
    const next = command.commands.find((one) => one.name() === word || one.aliases().includes(word))
    if (next === undefined) return { command, path, early, rest }
    early.push(...rest.slice(0, count))
    path.push(word)
    rest = rest.slice(count + 1)
    command = next
  }
}

/** How many words are flags that may stand before a verb, and their values. */
export function earlyCount(words: readonly string[]): number {
  const { options } = addServer(addNamespace(new Command()))
  let count = 0
  for (let word = words[0] ?? ''; word.startsWith('-'); word = words[count] ?? '') {
    const { name, value } = parted(word)
    const option = options.find(({ long, short = long }) => [long, short].includes(name) || isAttached(short, word))
    if (option === undefined) break
    count += value === null && [option.long, option.short].includes(name) ? 2 : 1
  }
  return count
}

/** `-nshop` */
function isAttached(short: string | undefined, word: string): boolean {
  return short?.length === 2 && !word.startsWith('--') && word.startsWith(short)
}

function parted(word: string): { readonly name: string; readonly value: string | null } {
  const at = word.indexOf('=')
  return at === -1 ? { name: word, value: null } : { name: word.slice(0, at), value: word.slice(at + 1) }
}

interface PlainWord {
  readonly text: string
  /** Of which flag. null: no flag, or nobody knows it; commander says so. */
  readonly option: Option | null
  /** false: the flag is taken back. */
  readonly isSet: boolean
  readonly wantsValue: boolean
}

function plainFlags(options: readonly Option[], words: readonly string[]): string[] {
  let plain: PlainWord[] = []
  let isValue = false
  for (const word of words) {
    const read: readonly PlainWord[] = isValue ? [plainWord(word)] : flagsOf(options, word)
    isValue = read.at(-1)?.wantsValue === true
    for (const one of read) {
      if (one.isSet) plain.push(one)
      else plain = plain.filter(({ option }) => option !== one.option)
    }
  }
  return plain.map(({ text }) => text)
}

function plainWord(text: string, option: Option | null = null, isSet = true): PlainWord {
  return { text, option, isSet, wantsValue: false }
}

function flagsOf(options: readonly Option[], word: string): readonly PlainWord[] {
  if (!word.startsWith('--')) return word.startsWith('-') ? shortFlags(options, word) : [plainWord(word)]
  const { name, value } = parted(word)
  const option = options.find(({ long }) => long === name)
  if (option === undefined) return [plainWord(word)]
  if (isValued(option)) return [{ ...plainWord(word, option), wantsValue: option.required && value === null }]
  return [plainWord(name, option, value === null || isTrue(name, value))]
}

/** `-n=shop`, `-nshop`, `-it`, `-A=true` */
function shortFlags(options: readonly Option[], word: string): readonly PlainWord[] {
  const read: PlainWord[] = []
  for (let at = 1; at < word.length; at++) {
    const name = `-${word[at] ?? ''}`
    const rest = word.slice(at + 1)
    const option = options.find(({ short }) => short === name)
    if (option === undefined) return [plainWord(word)]
    if (isValued(option)) {
      const long = option.long ?? name
      if (rest === '') return [...read, { ...plainWord(name, option), wantsValue: option.required }]
      return [...read, plainWord(`${long}=${rest.replace(/^=/, '')}`, option)]
    }
    if (rest.startsWith('=')) return [...read, plainWord(name, option, isTrue(name, rest.slice(1)))]
    read.push(plainWord(name, option))
  }
  return read.length === 0 ? [plainWord(word)] : read
}

function isValued({ required, optional }: Option): boolean {
  return required || optional
}

/** Source: Go's strconv.ParseBool, which kubectl's flags are read with. */
function isTrue(name: string, value: string): boolean {
  if (['1', 't', 'T', 'true', 'TRUE', 'True'].includes(value)) return true
  if (['0', 'f', 'F', 'false', 'FALSE', 'False'].includes(value)) return false
  throw usageError(`${name}: ${JSON.stringify(value)} is neither true nor false`, `write ${name}, or leave it out`)
}
