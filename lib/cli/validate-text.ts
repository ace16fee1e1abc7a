/** What `podkeep validate` prints. */

import { problemText, type Problem } from '../pod/index.js'
import { printable } from './printable.js'
import { caretText } from './source-line.js'
import type { Terminal } from './terminal.js'
import type { Validation } from './validate.js'

export function printValidation(validation: Validation, isVerbose: boolean, terminal: Terminal): void {
  for (const { file, reason, problems, warnings } of validation.files) {
    if (reason !== null && isVerbose) terminal.out(`${printable(file)}: ignored: ${printable(reason)}\n`)
    for (const problem of problems) {
      const { source } = problem
      terminal.out(`${terminal.paint('red', printable(problemText(problem)))}\n`)
      if (terminal.isInteractive && source !== null) {
        terminal.out(terminal.paint('gray', caretText({ ...source, text: printable(source.text) })))
      }
    }
    for (const warning of warnings)
      terminal.out(`${terminal.paint('yellow', `warning: ${printable(problemText(warning))}`)}\n`)
  }
  const ignoredCount = validation.files.filter((file) => file.state === 'ignored').length
  const ignored = ignoredCount === 0 ? '' : `, ${ignoredCount} ignored${isVerbose ? '' : ' (-v lists them)'}`
  const { fileCount, podCount, problemCount } = validation
  const counts = [counted(fileCount, 'file'), counted(podCount, 'pod'), counted(problemCount, 'problem')].join(', ')
  terminal.out(`${terminal.paint(problemCount === 0 ? 'green' : 'red', counts)}${ignored}\n`)
}

export function validationJson({ files, fileCount, podCount, problemCount }: Validation): string {
  const plain = ({ file, line, column, field, message, suggestion, pod }: Problem): Problem => {
    return { file, line, column, field, message, suggestion, pod }
  }
  const shown = files.map((file) => ({
    ...file,
    problems: file.problems.map(plain),
    warnings: file.warnings.map(plain),
  }))
  return `${JSON.stringify({ files: shown, summary: { files: fileCount, pods: podCount, problems: problemCount } }, null, 2)}\n`
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
