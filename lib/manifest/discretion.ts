/**
 * What the parser says of a text that may be a Secret's: a password that begins with "!" or "*" is a tag or an alias to it, and its
 * complaint repeats the word.
 */

const secretKind = /\bkind["']?\s*:\s*["']?\w*secret/i
/** Where a Secret's values are, or would be had its kind been spelt right, or written yet. */
const dataField = /(^|["'\s{,])(string|binary)?data["']?\s*:/i
const repeated = /[!&*][^\s,;)"]+|(?<=\btag )[^\s,;)"]+/g

/** Whether a Secret stands in it, or what would be one had its kind been spelt right. */
export function mayHoldSecret(text: string): boolean {
  return secretKind.test(text)
}

/** Whether values may stand in it that belong to a Secret, whatever it says it is. */
export function mayHoldValues(text: string): boolean {
  return mayHoldSecret(text) || dataField.test(text)
}

export type Hide = <Words extends { readonly message: string; readonly suggestion: string | null }>(
  words: Words,
) => Words

export function discretionFor(text: string): Hide {
  if (!mayHoldValues(text)) return (words) => words
  const hidden = (said: string): string => said.replace(repeated, '(hidden)')
  return (words) => ({
    ...words,
    message: hidden(words.message),
    suggestion: words.suggestion === null ? null : hidden(words.suggestion),
  })
}
