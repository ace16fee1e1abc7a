/** What `-o` asks for, and objects printed so. */

import { InvalidArgumentError, Option } from 'commander'

import { yamlText } from '../../manifest/index.js'
import type { Flags } from '../run-options.js'
import { jsonPath } from './jsonpath.js'
import { JsonPathError } from './jsonpath-parser.js'

export type Format =
  | { readonly kind: 'table' | 'wide' | 'json' | 'yaml' | 'name' }
  | { readonly kind: 'jsonpath'; readonly text: (value: unknown) => string }

export type FormattedFlags = Flags & { readonly output: Format }

type Word = Exclude<Format['kind'], 'table'>

const table: Format = { kind: 'table' }
const everyWord: readonly Word[] = ['wide', 'json', 'yaml', 'name', 'jsonpath']

export function outputOption(words: readonly Word[] = everyWord): Option {
  const shown = words.map((word) => (word === 'jsonpath' ? 'jsonpath=TEMPLATE' : word)).join(', ')
  return new Option('-o, --output <format>', shown)
    .argParser((text) => parseFormat(text, words, shown))
    .default(table, 'a table')
}

function parseFormat(text: string, words: readonly Word[], shown: string): Format {
  const template = /^jsonpath(?:-as-json)?=(?<template>.*)$/s.exec(text)?.groups?.['template']
  if (template !== undefined && words.includes('jsonpath')) return { kind: 'jsonpath', text: readTemplate(template) }
  const word = words.find((one) => one === text)
  if (word === undefined || word === 'jsonpath') throw new InvalidArgumentError(`It may be ${shown}.`)
  return { kind: word }
}

function readTemplate(template: string): (value: unknown) => string {
  try {
    return jsonPath(template)
  } catch (error) {
    if (error instanceof JsonPathError) throw new InvalidArgumentError(`${error.message}.`)
    throw error
  }
}

/** null: the format is for the caller's own table. @param names `pod/web` each */
export function objectText(format: Format, value: unknown, names: readonly string[]): string | null {
  switch (format.kind) {
    case 'table':
    case 'wide':
      return null
    case 'json':
      return `${JSON.stringify(value, null, 2)}\n`
    case 'yaml':
      return yamlText(value)
    case 'name':
      return names.map((name) => `${name}\n`).join('')
    case 'jsonpath':
      return format.text(value)
  }
}

/** Several objects of podkeep's own, as a list. */
export function objectsOutput(format: Format, items: readonly unknown[], names: readonly string[]): string | null {
  return objectText(format, { items }, names)
}
