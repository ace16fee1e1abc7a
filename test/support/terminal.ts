/** A terminal that keeps what was written to it. */

import { coloured, plain, type Terminal } from '../../lib/cli/terminal.js'

export function recordingTerminal(isInteractive = false): Terminal & { text: string; notes: string } {
  return {
    text: '',
    notes: '',
    isInteractive,
    paint: isInteractive ? coloured : plain,
    out(text) {
      this.text += text
    },
    note(text) {
      this.notes += text
    },
  }
}
