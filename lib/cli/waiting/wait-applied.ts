/** `apply --wait`: until the pods that were applied are as their manifests say, by what became of their newest revisions. */

import { canonical, type PodKey, type PodRevision } from '../../pod/index.js'
import { CommandError } from '../command-error.js'
import { exitCode } from '../exit-code.js'
import type { Checked } from '../manifests/manifests-folder.js'
import type { ObjectEdit } from '../manifests/object-edit.js'
import { durationOption } from '../options.js'
import type { ListedPod } from '../pod-summary.js'
import type { Flags } from '../run-options.js'
import { ask } from '../server/ask.js'
import type { Session } from '../verb.js'
import { watchUntil } from './watch-until.js'

/** @throws CommandError when the time is over first */
export async function waitApplied(
  after: Checked,
  edits: readonly (ObjectEdit | null)[],
  flags: Flags,
  session: Session,
): Promise<void> {
  const keys = [...new Set(edits.flatMap(podsOf))]
  const timeoutMs = durationOption(flags, 'timeout') ?? 0
  let late: readonly string[] = keys
  const isSo = async (pods: readonly ListedPod[]): Promise<boolean> => {
    const why = await Promise.all(keys.map((key) => whyNot(key, after, pods, flags, session)))
    late = keys.flatMap((key, at) => (why[at] === null ? [] : [`pod/${key}: ${why[at] ?? ''}`]))
    return late.length === 0
  }
  const isMeant = ({ metadata }: ListedPod): boolean =>
    keys.some((key) => key === `${metadata.namespace}/${metadata.name}`)
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
  if (newest === null || !isSameManifest(newest.manifest, wanted.manifest)) return 'podkeep has not read it yet'
  if (newest.outcome !== 'ready') return newest.message === '' ? newest.outcome : newest.message
  const { phase, conditions } = listed.status
  const isReady = conditions.some(({ type, status }) => type === 'Ready' && status === 'True')
  return isReady || phase === 'Succeeded' ? null : 'not Ready'
}

type ListedRevision = Pick<PodRevision, 'outcome' | 'message' | 'manifest'>

function newestOf(answer: unknown): ListedRevision | null {
  const { items } = answer as { readonly items?: readonly { readonly revisions: readonly ListedRevision[] }[] }
  return items?.[0]?.revisions.at(-1) ?? null
}

function isSameManifest(one: unknown, other: unknown): boolean {
  return JSON.stringify(canonical(one)) === JSON.stringify(canonical(JSON.parse(JSON.stringify(other))))
}
