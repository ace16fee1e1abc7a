/** Text of unknown origin (file names, the engine's words, other programs' output) for a terminal or a table. */

/** Control characters, which could move the cursor or recolour the screen, as JSON writes them. */
export function printable(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, (character) => {
    const escaped = JSON.stringify(character).slice(1, -1)
    return escaped === character ? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}` : escaped
  })
}
