/** A terminal that keeps what was written to it. */

import { coloured, plain, type Terminal } from '../../lib/cli/terminal.js'

export function recordingTerminal(
  isInteractive = false,
  gone = new AbortController().signal,
): Terminal & { text: string; notes: string } {
  return {
    text: '',
    notes: '',
    progress: () => undefined,
    isInteractive,
    paint: isInteractive ? coloured : plain,
    gone,
    out(text) {
      this.text += text
    },
    note(text) {
      this.notes += text
    },
  }
}
