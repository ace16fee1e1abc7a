/** Text for a terminal that is narrower: lines are broken between words, and go on below where their words begin. */

/** What is to be typed stays in one line, for it may be copied. */
const isTyped = /^ {2}(podkeep|kubectl) /
/** A column of names, and what they mean. */
const named = /^(?<before> *\S+(?: \S+)* {2,})\S/
const leastWidth = 20

export function folded(text: string, columns: number): string {
  return text
    .replace(/(?:^\S.*\n)+/gm, (paragraph) => joined(paragraph, columns))
    .split('\n')
    .map((line) => (line.length <= columns || isTyped.test(line) ? line : foldedLine(line, columns)))
    .join('\n')
}

/** One that does not fit as it was written is filled anew. */
function joined(paragraph: string, columns: number): string {
  const lines = paragraph.trimEnd().split('\n')
  return lines.every((line) => line.length <= columns) ? paragraph : `${lines.join(' ')}\n`
}

function foldedLine(line: string, columns: number): string {
  const indent = / */.exec(line)?.[0].length ?? 0
  const column = named.exec(line)?.groups?.['before']?.length ?? indent
  const by = column + leastWidth <= columns ? column : indent
  const lines = ['']
  for (const word of line.slice(by).split(/ +/)) {
    const last = lines.at(-1) ?? ''
    const longer = last === '' ? word : `${last} ${word}`
    if (last === '' || by + longer.length <= columns) lines[lines.length - 1] = longer
    else lines.push(word)
  }
  return `${line.slice(0, by)}${lines.join(`\n${' '.repeat(by)}`)}`
}
