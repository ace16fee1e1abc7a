/**
 * What the parser says of a text that may be a Secret's: a password that begins with "!" or "*" is a tag or an alias to it, and its
 * complaint repeats the word.
 */

const secretKind = /\bkind["']?\s*:\s*["']?\w*secret/i
const repeated = /[!&*][^\s,;)]+/g

/** Whether a Secret stands in it, or what would be one had its kind been spelt right. */
export function mayHoldSecret(text: string): boolean {
  return secretKind.test(text)
}

export type Hide = <Words extends { readonly message: string; readonly suggestion: string | null }>(
  words: Words,
) => Words

export function discretionFor(text: string): Hide {
  if (!mayHoldSecret(text)) return (words) => words
  const hidden = (said: string): string => said.replace(repeated, '(hidden)')
  return (words) => ({
    ...words,
    message: hidden(words.message),
    suggestion: words.suggestion === null ? null : hidden(words.suggestion),
  })
}
