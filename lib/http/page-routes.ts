/**
 * The status page for people with a browser, in the folder page/: plain files that go out as they are. The page asks this server for
 * everything else, and its policy forbids it to ask anybody else or to run what does not come from here.
 */

import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'

import { sendText } from './answer.js'
import { indexText } from './index-text.js'

const types = { js: 'text/javascript', css: 'text/css', svg: 'image/svg+xml' } as const

const files = [
  ...['main', 'elements', 'known', 'words', 'stream', 'sparkline'].map((name) => `${name}.js`),
  ...['pods-view', 'time-view', 'manifests-view', 'log-view', 'pod-dialog'].map((name) => `${name}.js`),
  ...['page.css', 'icon.svg'],
]

/** The few lines in the page itself are known by their hash. */
function policyFor(text: string): string {
  const inner = [...text.matchAll(/<script>(.*?)<\/script>/gs)].map(([, script = '']) => {
    return `'sha256-${createHash('sha256').update(script).digest('base64')}'`
  })
  return [
    "default-src 'none'",
    ...[["script-src 'self'", ...inner].join(' '), "style-src 'self'", "img-src 'self'", "connect-src 'self'"],
    ...["base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"],
  ].join('; ')
}

export interface PageRouteParts {
  readonly nodeName: string
  readonly version: string
}

export function addPageRoutes(app: FastifyInstance, { nodeName, version }: PageRouteParts): void {
  app.get('/', async (request, reply) => {
    if (!wantsPage(request)) return sendText(reply, 200, indexText(nodeName, version))
    const page = await fileText('index.html')
    const node = `<p id="node">${escaped(nodeName)} · ${escaped(version)}</p>`
    return sendGuarded(reply, 'text/html', page.replace('<p id="node"></p>', node))
  })
  for (const file of files) {
    const type = types[file.slice(file.lastIndexOf('.') + 1) as keyof typeof types]
    app.get(`/page/${file}`, async (_request, reply) => sendGuarded(reply, type, await fileText(file)))
  }
}

/** A browser says so; whoever takes anything gets text. */
function wantsPage({ headers }: FastifyRequest): boolean {
  return headers.accept?.includes('text/html') === true
}

function fileText(name: string): Promise<string> {
  return readFile(new URL(`./page/${name}`, import.meta.url), 'utf8')
}

function sendGuarded(reply: FastifyReply, type: string, text: string): FastifyReply {
  return reply
    .headers({
      'content-security-policy': policyFor(text),
      'referrer-policy': 'no-referrer',
      'x-frame-options': 'DENY',
    })
    .type(`${type}; charset=utf-8`)
    .send(text)
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
}
