/** The status page in a real Chromium, driven as a person would. */

import type { Page } from 'playwright-core'
import t from 'tap'

import { aBrowser, arrive, networkChanged, whyNoBrowser } from './browser.js'
import { engineWithImage } from './engine-with-image.js'
import { forEver, podYaml } from './manifests.js'
import { get, Node, type PodkeepProcess } from './podkeep-process.js'
import { until } from './until.js'

const patience = { timeout: 60_000 }

if (whyNoBrowser !== null) {
  t.plan(0, whyNoBrowser)
  process.exit(0)
}
const engine = await engineWithImage()
const node = new Node(t, 'page')
node.put('web.yaml', podYaml({ name: 'web', script: 'echo "hello <b>log</b>"; sleep 100000' }))
node.put('crash.yaml', podYaml({ name: 'crasher', script: 'echo no configuration; exit 3' }))
node.put('broken.yaml', podYaml({ name: 'broken' }).replace('image:', 'imge:'))
const podkeep = await node.start(engine.host)
await podkeep.running('web')

const browser = await aBrowser()
t.teardown(() => browser.close())

interface Visit {
  readonly page: Page
  /** What the browser complained of, and every address it asked. */
  readonly complaints: string[]
  readonly asked: string[]
}

async function visit(port: number, settings: Parameters<typeof browser.newPage>[0] = {}, script = ''): Promise<Visit> {
  const page = await browser.newPage(settings)
  await page.addInitScript(script)
  const complaints: string[] = []
  const asked: string[] = []
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()))
  page.on('request', (request) => asked.push(request.url()))
  await arrive(page, `http://127.0.0.1:${port}/`)
  return { page, complaints, asked }
}

/** For a test that waited in vain. */
const tellWhatItShows = ({ page, complaints, asked }: Visit) => {
  return async (error: Error): Promise<never> => {
    const parts = [error.message, await page.locator('body').innerText(), ...complaints, ...asked]
    throw new Error(parts.join('\n'), { cause: error })
  }
}

const lineOf = (page: Page, name: string) => page.locator('#pod-list button', { hasText: name })

await t.test('it tells what runs, what does not and why, at the very line of a broken file', async (t) => {
  const first = await visit(podkeep.port)
  const { page, complaints, asked } = first
  await lineOf(page, 'web').getByText('Running').waitFor(patience).catch(tellWhatItShows(first))
  await lineOf(page, 'web').getByText('cpu –').waitFor(patience)
  await lineOf(page, 'web')
    .getByText(/^cpu [\d.]+ m$/)
    .waitFor(patience)
  await lineOf(page, 'crasher').getByText('CrashLoopBackOff').waitFor(patience)
  const trouble = page.locator('#troubles')
  await trouble.getByText('did you mean "image"?').waitFor(patience)
  t.match(await trouble.innerText(), /broken\.yaml:10:7/)
  t.match(await trouble.innerText(), /10 \| {7}imge: podkeep\.test\/busybox:1\n +\^/)
  // Between two of its tries the crasher is under way for a moment.
  const summary = /1 of 2 pods running, 1 failing, 1 manifest with problems/
  await page.locator('#summary', { hasText: summary }).waitFor(patience)
  t.ok((await page.locator('#events li').count()) > 0, 'events are listed')
  t.strictSame(
    complaints.filter((text) => !text.includes('404') && !text.includes(networkChanged)),
    [],
  )
  t.strictSame(
    asked.filter((url) => !url.startsWith(`http://127.0.0.1:${podkeep.port}/`)),
    [],
    'it asks nobody else',
  )
  await page.close()
})

await t.test('a part of it that does not arrive is loaded again', async (t) => {
  for (const part of ['known.js', 'main.js', 'page.css']) {
    const page = await browser.newPage()
    await page.route(`**/page/${part}`, (route) => route.abort('internetdisconnected'), { times: 1 })
    await arrive(page, `http://127.0.0.1:${podkeep.port}/`)
    await lineOf(page, 'web').waitFor(patience)
    const skip = page.locator('.skip')
    await until(`${part}: the styles are there`, async () => ((await skip.boundingBox())?.x ?? 0) < 0 || undefined)
    t.pass(part)
    await page.close()
  }
})

await t.test('it follows what happens without being loaded again', async (t) => {
  const { page } = await visit(podkeep.port)
  await lineOf(page, 'web').waitFor(patience)
  node.put('more.yaml', podYaml({ name: 'more' }))
  await lineOf(page, 'more').getByText('Running').waitFor(patience)
  node.drop('more.yaml')
  await lineOf(page, 'more').waitFor({ ...patience, state: 'detached' })
  t.ok(true)
  await page.close()
})

await t.test('its title is true also in the background, where browsers make no pictures', async (t) => {
  const { page } = await visit(podkeep.port, {}, 'window.requestAnimationFrame = () => 1')
  const title = await until('the title tells', async () => {
    const text = await page.title()
    return text.includes('1 of 2 pods running, 1 failing') ? text : undefined
  })
  t.match(title, /^podkeep: 1 of 2 pods running, 1 failing/)
  await page.close()
})

await t.test('what is held is no failure', async (t) => {
  const { page } = await visit(podkeep.port)
  const good = podYaml({ name: 'more' })
  node.put('more.yaml', good)
  await lineOf(page, 'more').getByText('Running', { exact: true }).waitFor(patience)
  node.put('more.yaml', good.replace('image:', 'imge:'))
  await lineOf(page, 'more').getByText('Running, held').waitFor(patience)
  const summary = /2 of 3 pods running, 1 failing, 2 manifests with problems/
  await page.locator('#summary', { hasText: summary }).waitFor(patience)
  t.pass('and its manifest is what is wrong')
  node.put('more.yaml', good)
  await lineOf(page, 'more').getByText('Running', { exact: true }).waitFor(patience)
  node.drop('more.yaml')
  await lineOf(page, 'more').waitFor({ ...patience, state: 'detached' })
  await page.close()
})

await t.test('a pod opens by keyboard, is told by the address, and closes with Escape', async (t) => {
  const { page } = await visit(podkeep.port)
  await lineOf(page, 'web').waitFor(patience)
  await lineOf(page, 'web').focus()
  await page.keyboard.press('Enter')
  await page.locator('#pod table').getByText('app', { exact: true }).waitFor(patience)
  t.match(page.url(), /#default\/web$/)
  await page.keyboard.press('Escape')
  await page.locator('#pod').waitFor({ ...patience, state: 'hidden' })
  // A dialog tells that it is closed in a task after the one in which it hides.
  await page.waitForURL((url) => url.hash === '', patience)
  await page.goto(`http://127.0.0.1:${podkeep.port}/#default/web`)
  await page.locator('#pod table').waitFor(patience)
  await page.close()
})

await t.test('the log of a pod keeps up: over podkeep’s restart, and over its next instance', async (t) => {
  const node = new Node(t, 'log')
  const script = `echo "began $(cat /proc/sys/kernel/random/uuid)"; ${forEver}`
  node.put('teller.yaml', podYaml({ name: 'teller', script }))
  const first = await node.start(engine.host)
  const { containerID = '' } = await first.running('teller')
  const { page } = await visit(first.port)
  await lineOf(page, 'teller').click()
  const shown = async () => /^began [\w-]+$/.exec((await page.locator('#log').innerText()).trim())?.[0]
  const line = await until('its log is shown', shown)

  await first.kill('SIGKILL')
  await page.locator('#log-link').getByText('tried again').waitFor(patience)
  await node.start(engine.host, '--port', String(first.port))
  t.equal(await until('its log is shown again', shown), line)

  const kill = `/containers/${containerID.replace('docker://', '')}/kill`
  t.equal((await get(engine, kill, { method: 'POST' })).status, 204)
  await until('the log of the next instance', async () => {
    const text = await shown()
    return text !== undefined && text !== line ? text : undefined
  })
  await page.close()
})

await t.test('no page is wider than the screen, from phone to desktop, light and dark', async (t) => {
  for (const width of [360, 800, 1000, 1600]) {
    for (const colorScheme of ['light', 'dark'] as const) {
      const { page } = await visit(podkeep.port, { viewport: { width, height: 800 }, colorScheme })
      await lineOf(page, 'web').waitFor(patience)
      const overhang = Number(await page.evaluate('document.documentElement.scrollWidth - window.innerWidth'))
      t.ok(overhang <= 0, `${width} wide, ${colorScheme}: ${overhang} too wide`)
      await page.close()
    }
  }
})

await t.test('it says when podkeep is away, and is up to date again by itself', async (t) => {
  const { page } = await visit(podkeep.port)
  await page.locator('#link').getByText('live').waitFor(patience)
  await podkeep.kill('SIGKILL')
  await page.locator('#link').getByText('not up to date').waitFor(patience)
  t.ok(await lineOf(page, 'web').isVisible(), 'what was known stays')
  const again: PodkeepProcess = await node.start(engine.host, '--port', String(podkeep.port))
  await page.locator('#link').getByText('live').waitFor(patience)
  await lineOf(page, 'web').getByText('Running').waitFor(patience)
  t.equal(again.port, podkeep.port)
  await page.close()
})
