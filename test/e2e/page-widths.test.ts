/** The status page with names as long as Kubernetes takes them, from phone to desktop. It needs no engine: a board says what there is. */

import t from 'tap'

import { podKey } from '../../lib/pod/index.js'
import type { ManifestStatus } from '../../lib/ports/index.js'
import { aBoard, aHistory, anEvent } from '../support/board.js'
import { podEntry, runningContainer } from '../support/pod-entries.js'
import { aStatusServer } from '../support/status-server.js'
import { aBrowser, arrive, whyNoBrowser } from './browser.js'

if (whyNoBrowser !== null) {
  t.plan(0, whyNoBrowser)
  process.exit(0)
}

const [name, namespace] = ['observability-collector-'.repeat(3).slice(0, 63), 'n'.repeat(63)]
const message = `Back-off restarting failed container: https://registry.example/v2/${'a'.repeat(150)}/manifests/latest said 403`
const waiting = { waiting: { reason: 'CreateContainerConfigError', message } }
const terminated = {
  ...{ exitCode: 137, reason: 'OOMKilled', message, containerID: `docker://${'c'.repeat(64)}` },
  ...{ startedAt: '2026-01-02T03:04:05Z', finishedAt: '2026-01-02T03:04:06Z' },
}
const failing = runningContainer('c'.repeat(63), {
  ...{ state: waiting, lastState: { terminated }, ready: false, restartCount: 1234 },
  image: `registry.example/${'team/'.repeat(12)}image@sha256:${'0'.repeat(64)}`,
})
const key = podKey(namespace, name)
const file = `${name}.yaml`
const place = {
  file,
  line: 12,
  column: 87,
  field: 'spec.containers[0].livenessProbe.httpGet',
  suggestion: null,
  pod: key,
}
const held: ManifestStatus = {
  ...{ file, state: 'held', reason: null, pods: [key], objects: [], warnings: [] },
  problems: [{ ...place, message, source: `command: ["${'x'.repeat(300)}"]` }],
}
const written = { ...place, file: 'new.yaml', line: null, column: null, field: '', source: null, pod: null }
const waitingFile: ManifestStatus = {
  ...{ file: 'new.yaml', state: 'waiting', reason: null, pods: [], objects: [], warnings: [] },
  problems: [{ ...written, message: 'it is still being written: cat (process 42) has it open for writing' }],
}
const board = aBoard({
  entries: [podEntry(key, { status: { containerStatuses: [failing] } }), podEntry('default/web')],
  manifests: { directory: '/manifests', problem: null, files: [held, waitingFile] },
})
const history = aHistory()
const now = { firstAtMs: Date.now() - 300_000, lastAtMs: Date.now() - 60_000 }
history.recorded = [
  anEvent(key, { ...now, id: 'a', type: 'Warning', reason: 'FailedCreatePodSandBox', count: 128, message }),
  anEvent(podKey('default', 'web'), { ...now, id: 'b' }),
]
const { server } = await aStatusServer(t, { board, history })
const browser = await aBrowser()
t.teardown(() => browser.close())

/** Text that stands one above the other letter by letter, and text that stands out of its place. */
const misplaced = `[...document.querySelectorAll('main *, dialog *')]
  .filter((one) => one.getClientRects().length > 0 && !one.closest('svg') && one.childElementCount === 0)
  .flatMap((one) => {
    const text = one.textContent.trim()
    const box = one.getBoundingClientRect()
    const isSqueezed = text.length > 12 && box.width < 75
    const isOver = getComputedStyle(one).overflowX === 'visible' && one.clientWidth > 0 && one.scrollWidth > one.clientWidth + 1
    return isSqueezed || isOver ? [text.slice(0, 20) + (isOver ? ' over ' : ' squeezed into ') + box.width] : []
  })`

for (const width of [360, 800, 1000, 1600]) {
  for (const colorScheme of ['light', 'dark'] as const) {
    await t.test(`${width} wide, ${colorScheme}: long names squeeze nothing and stand over nothing`, async (t) => {
      const page = await browser.newPage({ viewport: { width, height: 800 }, colorScheme })
      page.setDefaultTimeout(60_000)
      await arrive(page, `http://127.0.0.1:${server.port}/`)
      await page.locator('#events li').nth(1).waitFor()
      t.strictSame(await page.evaluate(misplaced), [])
      t.equal(await page.evaluate('Math.max(0, document.documentElement.scrollWidth - innerWidth)'), 0)
      await page.locator('#pod-list button', { hasText: name }).click()
      await page.locator('#pod table').waitFor()
      t.strictSame(await page.evaluate(misplaced), [])
      const [dialog, close] = [await page.locator('#pod').boundingBox(), await page.locator('#close').boundingBox()]
      t.ok((dialog?.width ?? Infinity) <= width)
      t.ok((close?.x ?? 0) > (dialog?.x ?? 0) + (dialog?.width ?? 0) / 2, 'its button stays at the right')
      await page.close()
    })
  }
}

await t.test('a file that is still being written is nothing that is wrong', async (t) => {
  const page = await browser.newPage()
  await arrive(page, `http://127.0.0.1:${server.port}/`)
  await page.locator('#files').getByText('it is still being written: cat').waitFor({ timeout: 60_000 })
  t.equal(await page.locator('#troubles li').count(), 1)
  t.match(await page.locator('#summary').innerText(), /, 1 manifest with problems$/)
  await page.close()
})
