/** A container's variables, as kubectl describes them. Source: kubectl/pkg/describe describeContainerEnvVars, describeContainerEnvFrom. */

import { printable } from '../printable.js'
import { isJson, objectIn, objects, text, type Json } from './json.js'

export function environmentLines(container: Json): string[] {
  const variables = objects(container['env'])
  const width = Math.max(0, ...variables.map((one) => text(one['name']).length)) + 1
  return variables.map((variable) => {
    const name = `${text(variable['name'])}:`
    return `${name.padEnd(width)}  ${meaning(variable, container)}`.trimEnd()
  })
}

function meaning(variable: Json, container: Json): string {
  const from = variable['valueFrom']
  if (!isJson(from)) return printable(text(variable['value']))
  const [kind = ''] = Object.keys(from)
  const source = objectIn(from, kind)
  const [name, key] = [text(source['name']), text(source['key'])]
  switch (kind) {
    case 'configMapKeyRef':
      return `<set to the key '${key}' of config map '${name}'>  ${optionalText(source)}`
    case 'secretKeyRef':
      return `<set to the key '${key}' in secret '${name}'>  ${optionalText(source)}`
    case 'fieldRef':
      return `(${text(source['apiVersion'] ?? 'v1')}:${text(source['fieldPath'])})`
    case 'resourceFieldRef':
      return resourceText(source, container)
    case 'fileKeyRef':
      return `<set to the key '${key}' of the file '${text(source['path'])}' in volume '${text(source['volumeName'])}'>  ${optionalText(source)}`
    default:
      return `<from ${JSON.stringify(from)}>`
  }
}

function resourceText(source: Json, container: Json): string {
  const resource = text(source['resource'])
  const [list = '', ...name] = resource.split('.')
  const amount = text(objectIn(objectIn(container, 'resources'), list)[name.join('.')])
  const isOwn = text(source['containerName']) === '' || source['containerName'] === container['name']
  const what = isOwn ? resource : `${resource} of ${text(source['containerName'])}`
  return isOwn && amount !== '' ? `${amount} (${what})` : `(${what})`
}

export function environmentFromLines(container: Json): string[] {
  return objects(container['envFrom']).map((from) => {
    const [kind, source] = isJson(from['configMapRef'])
      ? ['ConfigMap', from['configMapRef']]
      : ['Secret', objectIn(from, 'secretRef')]
    const prefix = text(from['prefix']) === '' ? '' : ` with prefix '${text(from['prefix'])}'`
    return `${text(source['name'])}  ${kind}${prefix}  ${optionalText(source)}`
  })
}

function optionalText(source: Json): string {
  return `Optional: ${source['optional'] === true}`
}
