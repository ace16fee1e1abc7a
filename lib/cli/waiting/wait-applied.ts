/**
 * `apply --wait`: until the pods that were applied are as their manifests say, by what became of their newest revisions, and those that
 * read what was applied have followed.
 */

import { canonical, type PodKey, type PodRevision } from '../../pod/index.js'
import { CommandError } from '../command-error.js'
import { exitCode } from '../exit-code.js'
import type { Checked } from '../manifests/manifests-folder.js'
import type { ObjectEdit } from '../manifests/object-edit.js'
import { durationOption } from '../options.js'
import type { ListedPod } from '../pod-summary.js'
import type { Flags } from '../run-options.js'
import { ask } from '../server/ask.js'
import type { Surroundings } from '../surroundings.js'
import type { Session } from '../verb.js'
import { expectReactions, notFollowed, whyNotReady, type Expected } from './followed.js'
import { watchUntil } from './watch-until.js'

export interface Awaited {
  readonly keys: readonly PodKey[]
  readonly reactions: Expected
}

/** Before anything is changed: what is to come of it. */
export async function awaitedOf(
  edits: readonly (ObjectEdit | null)[],
  flags: Flags,
  surroundings: Surroundings,
): Promise<Awaited> {
  const keys = new Set(edits.flatMap(podsOf))
  return { keys: [...keys], reactions: await expectReactions(edits, keys, flags, surroundings) }
}

/** @throws CommandError when the time is over first */
export async function waitApplied(
  { keys, reactions }: Awaited,
  after: Checked,
  flags: Flags,
  session: Session,
): Promise<void> {
  if (keys.length + reactions.reactions.length === 0) {
    session.terminal.note('no pod changes by this: there is nothing to wait for\n')
    return
  }
  const timeoutMs = durationOption(flags, 'timeout') ?? 0
  let late: readonly string[] = keys
  const isSo = async (pods: readonly ListedPod[]): Promise<boolean> => {
    const why = await Promise.all(keys.map((key) => whyNot(key, after, pods, flags, session)))
    late = [
      ...keys.flatMap((key, at) => (why[at] === null ? [] : [`pod/${key}: ${why[at] ?? ''}`])),
      ...(await notFollowed(reactions, pods, flags, session.surroundings)),
    ]
    return late.length === 0
  }
  const meant = new Set<string>([...keys, ...reactions.reactions.map(({ pod }) => pod)])
  const isMeant = ({ metadata }: ListedPod): boolean => meant.has(`${metadata.namespace}/${metadata.name}`)
  if (await watchUntil(isSo, { timeoutMs, isMeant }, flags, session)) return
  const message = `applied, and after ${String(flags['timeout'])} not as asked:\n  ${late.join('\n  ')}`
  throw new CommandError(exitCode.problem, message, '"podkeep describe pod NAME" tells more')
}

function podsOf(edit: ObjectEdit | null): PodKey[] {
  if (edit?.of === 'pod') return [edit.key]
  return edit?.of === 'workload' ? edit.pods.map(({ key }) => key) : []
}

/** null: it is as asked. */
async function whyNot(
  key: PodKey,
  after: Checked,
  pods: readonly ListedPod[],
  flags: Flags,
  { surroundings }: Session,
): Promise<string | null> {
  const wanted = after.pods.get(key)
  const listed = pods.find(({ metadata }) => key === `${metadata.namespace}/${metadata.name}`)
  if (wanted === undefined) return listed === undefined ? null : 'still there'
  if (listed === undefined) return 'not there yet'
  const newest = newestOf(await ask(`/revisions?pod=${encodeURIComponent(key)}`, flags, surroundings))
  if (newest === null || !isSameManifest(newest.manifest, wanted.manifest)) {
    const { reason, message = '' } = listed.status
    return reason === 'RolloutPending' ? message : 'podkeep has not read it yet'
  }
  if (newest.outcome !== 'ready') return newest.message === '' ? newest.outcome : newest.message
  return whyNotReady(listed)
}

type ListedRevision = Pick<PodRevision, 'outcome' | 'message' | 'manifest'>

function newestOf(answer: unknown): ListedRevision | null {
  const { items } = answer as { readonly items?: readonly { readonly revisions: readonly ListedRevision[] }[] }
  return items?.[0]?.revisions.at(-1) ?? null
}

function isSameManifest(one: unknown, other: unknown): boolean {
  return JSON.stringify(canonical(one)) === JSON.stringify(canonical(JSON.parse(JSON.stringify(other))))
}
