/** The schema that editors use takes what podkeep takes, and says in words what podkeep makes of a field. */

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Ajv } from 'ajv'
import { loadAll } from 'js-yaml'
import t from 'tap'

import { checkout } from '../../support/checkout.js'
import { editorSchema } from '../../../lib/manifest/editor-schema.js'

const { definitions } = JSON.parse(readFileSync(join(checkout, 'lib/manifest/schema/pod.schema.json'), 'utf8')) as {
  definitions: Parameters<typeof editorSchema>[0]
}
const completing = pathToFileURL(join(checkout, 'lib/manifest/schema/complete.mjs')).href
const { complete } = (await import(completing)) as { complete: (definitions: object) => void }
complete(definitions)
const schema = editorSchema(definitions)
const ajv = new Ajv({ allErrors: true, allowUnionTypes: true, strictTypes: false })
for (const word of ['doNotSuggest', 'deprecationMessage']) ajv.addKeyword(word)
const validate = ajv.compile(schema)

function faultsOf(document: unknown): string[] {
  if (validate(document)) return []
  return (validate.errors ?? []).map(({ instancePath, message = '' }) => `${instancePath}: ${message}`)
}

const pod = (spec: object, metadata: object = { name: 'web' }): object => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata,
  spec,
})
const container = { name: 'app', image: 'web:1' }

await t.test('every example and every manifest is valid', async (t) => {
  let count = 0
  for (const folder of ['examples', 'manifests']) {
    for (const name of readdirSync(join(checkout, folder), { recursive: true, encoding: 'utf8' })) {
      if (!/\.ya?ml$/.test(name)) continue
      for (const document of loadAll(readFileSync(join(checkout, folder, name), 'utf8'))) {
        const kind = (document as { kind?: string } | null)?.kind
        if (kind === undefined || kind === 'KubeletConfiguration') continue
        t.strictSame(faultsOf(document), [], `${folder}/${name}, ${kind}`)
        count += 1
      }
    }
  }
  t.ok(count > 25, `${count} documents`)
})

await t.test('what is wrong is found where it is', async (t) => {
  const found = (document: object, fault: string): void => {
    const faults = faultsOf(document)
    t.ok(faults.includes(fault), `${fault} is among ${faults.join('; ')}`)
  }
  found(pod({ contaners: [] }), '/spec: must NOT have additional properties')
  found(pod({ containers: [{ ...container, image: 7 }] }), '/spec/containers/0/image: must be string,null')
  found(
    pod({ containers: [container], restartPolicy: 'Sometimes' }),
    '/spec/restartPolicy: must be equal to one of the allowed values',
  )
  found({ ...pod({ containers: [container] }), apiVersion: 'v2' }, '/apiVersion: must be equal to constant')
  found({ apiVersion: 'v1', kind: 'Pot' }, '/kind: must be equal to one of the allowed values')
  found({ kind: 'Pod' }, ": must have required property 'apiVersion'")
  const list = { apiVersion: 'v1', kind: 'List', items: [pod({ containers: [{ nam: 'x' }] })] }
  found(list, '/items/0/spec/containers/0: must NOT have additional properties')
  found(
    { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'a' }, spec: { replicas: -1 } },
    '/spec/replicas: must be >= 0',
  )
})

await t.test('kinds that podkeep leaves alone are whatever they are', async (t) => {
  t.strictSame(faultsOf({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'x' } }), [])
  t.strictSame(faultsOf({ apiVersion: 'v1', kind: 'List', items: [pod({ containers: [container] })] }), [])
})

await t.test('fields say what they are for, and what podkeep refuses or ignores, and why', async (t) => {
  const field = (place: string): { description?: string; doNotSuggest?: boolean } => {
    const [definition = '', name = ''] = place.split('.')
    const all = schema['definitions'] as Record<string, { properties: Record<string, object> }>
    return all[definition]?.properties[name] ?? {}
  }
  t.match(field('V1PodSpec.containers').description, /^The programs of the pod/)
  t.notOk(field('V1PodSpec.containers').doNotSuggest)
  t.match(field('V1PodSpec.hostUsers'), { description: /podkeep refuses it: /, doNotSuggest: true })
  t.match(field('V1PodSpec.tolerations').description, /podkeep ignores it: /)
  t.match(field('V1Container.image').description, /\w/)
})
