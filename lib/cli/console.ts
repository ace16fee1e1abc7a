/** The person's keyboard and screen, joined to a program in a container. */

import { spawnSync } from 'node:child_process'

import type { Conversation } from '../docker/index.js'

export interface ConsoleOptions {
  readonly stdin: boolean
  readonly tty: boolean
}

/** `-t` without a terminal is not possible, as for kubectl: it goes on without. */
export function canHaveTty(): boolean {
  return process.stdin.isTTY
}

/** Until the program's output ends. With a terminal every key goes to the program, Ctrl-C too. */
export async function converse(conversation: Conversation, { stdin, tty }: ConsoleOptions): Promise<void> {
  const resize = (): void => {
    const { rows, columns } = process.stdout
    if (rows > 0 && columns > 0) conversation.resize({ rows, columns }).catch(() => undefined)
  }
  const isRaw = tty && process.stdin.isTTY
  if (isRaw) setRaw()
  if (tty) {
    resize()
    process.stdout.on('resize', resize)
  }
  // The program may end before its input does.
  conversation.input.on('error', () => undefined)
  if (stdin) process.stdin.pipe(conversation.input)
  try {
    for await (const { from, bytes } of conversation.output()) {
      await written(from === 'stderr' ? process.stderr : process.stdout, bytes)
    }
  } finally {
    process.stdout.off('resize', resize)
    process.stdin.unpipe()
    process.stdin.pause()
    if (isRaw) process.stdin.setRawMode(false)
  }
}

/**
 * Node's raw mode leaves the terminal turning each line feed into two characters, which breaks programs that draw; stty, which
 * every system with terminals has, ends that. Leaving the raw mode puts everything back.
 */
function setRaw(): void {
  process.stdin.setRawMode(true)
  spawnSync('stty', ['-opost'], { stdio: ['inherit', 'ignore', 'ignore'] })
}

/** As fast as the reader takes it. A reader that is gone has seen enough. */
export function written(stream: NodeJS.WriteStream, bytes: Buffer): Promise<void> {
  return new Promise((resolve) => {
    stream.write(bytes, () => resolve())
  })
}
