/** The parser's words, for people who do not know the YAML specification. */

export interface SyntaxMessage {
  readonly message: string
  readonly suggestion: string | null
  /** Perhaps what should have been closed before is not. */
  readonly mayBeUnclosed: boolean
}

interface Rewording {
  /** Part of the parser's reason. */
  readonly reason: string
  readonly message: string
  readonly suggestion?: string
  readonly mayBeUnclosed?: true
}

const rewordings: readonly Rewording[] = [
  {
    reason: 'tab characters must not be used in indentation',
    message: 'a tab stands where YAML wants spaces',
    suggestion: 'indent with spaces',
  },
  {
    reason: 'bad indentation of a mapping entry',
    message: 'this does not fit here: wrong indentation, or a value that needs quotes',
    suggestion: 'indent fields of one object alike; put a text that contains ": " or starts with a quote into quotes',
  },
  {
    reason: 'bad indentation of a sequence entry',
    message: 'this list item is not indented like the others',
    suggestion: 'start all items of one list in the same column',
  },
  {
    reason: 'deficient indentation',
    message: 'this line must be indented further than the line in which its value began',
    mayBeUnclosed: true,
  },
  {
    reason: 'can not read a block mapping entry; a multiline key',
    message: 'this is neither "field: value" nor the end of a value',
    suggestion: 'is a ":" missing?',
  },
  { reason: "expected ':' after a mapping key", message: 'a ":" is missing after the field name' },
  {
    reason: 'a whitespace character is expected after the key-value separator',
    message: 'a space is missing after ":"',
  },
  {
    reason: 'missed comma between flow collection entries',
    message: 'a "," is missing between two entries of a {...} or [...]',
  },
  {
    reason: 'unexpected end of the stream within a flow collection',
    message: 'a { or [ is never closed',
    mayBeUnclosed: true,
  },
  {
    reason: 'unexpected end of the stream within a double quoted',
    message: 'a text in "..." is never closed',
    mayBeUnclosed: true,
  },
  {
    reason: 'unexpected end of the stream within a single quoted',
    message: "a text in '...' is never closed",
    mayBeUnclosed: true,
  },
  {
    reason: 'unexpected end of the document within a',
    message: 'a quoted text is not closed before the document ends',
    mayBeUnclosed: true,
  },
  {
    reason: 'unknown escape sequence',
    message: 'this is no escape sequence that "..." knows',
    suggestion: "write \\\\ for a backslash, or use '...'",
  },
  { reason: 'expected hexadecimal character', message: 'hexadecimal digits must follow here' },
  {
    reason: 'expected valid JSON character',
    message: 'a control character stands in a quoted text',
    suggestion: 'write it as an escape in "...", for example \\u0007',
  },
  { reason: 'non-printable characters', message: 'there is a control character that YAML does not allow' },
  { reason: 'null byte is not allowed', message: 'there is a NUL byte: this is not a text file, or it is damaged' },
  {
    reason: 'end of the stream or a document separator is expected',
    message: 'this does not belong to what stands before it',
    suggestion: 'check the indentation, or separate documents with a line "---"',
  },
  { reason: 'nesting exceeded maxDepth', message: 'objects and lists are nested deeper than 64 levels' },
  { reason: 'directives end mark is expected', message: 'a line "---" must follow the % directives' },
  { reason: 'merge keys exceeded', message: 'too many fields are merged with "<<"' },
  { reason: 'abnormal merge sequence size', message: 'too many objects are merged with one "<<"' },
  {
    reason: 'cannot merge mappings',
    message: '"<<" must be followed by an alias of an object, or a list of them',
  },
  { reason: 'nested arrays are not supported inside keys', message: 'a field name must be text' },
]

export function syntaxMessage(reason: string): SyntaxMessage {
  const alias = /^unidentified alias "(.*)"$/s.exec(reason)?.[1]
  if (alias !== undefined)
    return {
      message: `*${alias} refers to an anchor &${alias} that is not above it in this document`,
      suggestion: `put a text that starts with * into quotes: "*${alias}"`,
      mayBeUnclosed: false,
    }
  const tag = /!<(.*)>/s.exec(reason)?.[1]
  if (tag !== undefined)
    return {
      message: `the tag ${tag.replace('tag:yaml.org,2002:', '!!')} does not go with this value`,
      suggestion: 'put a text that starts with ! into quotes',
      mayBeUnclosed: false,
    }
  const known = rewordings.find((rewording) => reason.includes(rewording.reason))
  if (known === undefined) return { message: `this is not YAML: ${reason}`, suggestion: null, mayBeUnclosed: false }
  const { message, suggestion = null, mayBeUnclosed = false } = known
  return { message, suggestion, mayBeUnclosed }
}
