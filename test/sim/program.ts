/** What a simulated container's process does, read from its command: the few programs the contract suite speaks of. */

export interface Program {
  /** null: runs until it is stopped. */
  readonly exits: { readonly afterMs: number; readonly code: number } | null
  readonly ignoresTerm: boolean
  /** A signal of its own that ends it, and what it exits with then. */
  readonly hears: { readonly signal: string; readonly code: number } | null
  /** How long it takes to stop when asked. */
  readonly stopMs: number
  /** What it exits with then. */
  readonly stopCode: number
  /** What cannot even be started; null: it can. */
  readonly missing: string | null
  readonly output: string
  /** Into files of its own. */
  readonly writtenBytes: number
}

const forever: Program = {
  exits: null,
  ignoresTerm: false,
  hears: null,
  stopMs: 5,
  stopCode: 143,
  missing: null,
  output: '',
  writtenBytes: 0,
}

/**
 * `sleep N` runs for ever; `sh -c 'exit N'` ends at once; `sh -c 'sleep S; exit N'` ends after S seconds, and `echo WORD; ` before the exit says that word; a script with
 * `trap "" TERM` does not hear SIGTERM, with `trap "exit N" HUP` it ends on SIGHUP; one with `stop in S with N` takes S seconds to obey and exits with N; one with `head -c N /dev/zero > FILE` has written N bytes; anything else is not in the image.
 */
export function programOf(command: readonly string[] | null, args: readonly string[] | null): Program {
  const words = [...(command ?? []), ...(args ?? [])]
  const [name, flag, script = ''] = words
  if (words.length === 0 || name === 'sleep') return forever
  if (name !== 'sh' || flag !== '-c') return { ...forever, missing: name ?? '' }
  const exit = /^(?:sleep (\d+); )?(?:echo (\w+); )?exit (\d+)$/.exec(script)
  const exits = exit === null ? null : { afterMs: Number(exit[1] ?? 0) * 1000 + 1, code: Number(exit[3]) }
  const trap = /trap "exit (\d+)" (\w+)/.exec(script)
  const slow = /stop in (\d+)(?: with (\d+))?/.exec(script)
  return {
    exits,
    ignoresTerm: script.includes('trap "" TERM'),
    hears: trap === null ? null : { signal: `SIG${trap[2] ?? ''}`, code: Number(trap[1]) },
    stopMs: slow ? Number(slow[1]) * 1000 : 5,
    stopCode: Number(slow?.[2] ?? 143),
    missing: null,
    writtenBytes: Number(/head -c (\d+) \/dev\/zero > /.exec(script)?.[1] ?? 0),
    output: exit?.[2] === undefined ? '' : `${exit[2]}\n`,
  }
}
