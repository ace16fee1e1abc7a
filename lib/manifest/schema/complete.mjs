/** The schema with what the published OpenAPI leaves out. */

import { additions, integerBounds, opaque, optional } from './additions.mjs'

export function complete(definitions) {
  for (const name of opaque) definitions[name] = { type: ['object', 'null'] }
  for (const definition of Object.values(definitions)) {
    for (const field of Object.values(definition.properties ?? {})) {
      if (field.type?.includes('integer') && field.minimum === undefined && !field.type.includes('string'))
        Object.assign(field, integerBounds)
    }
  }
  for (const [name, fields] of Object.entries(optional)) {
    const { required } = definitions[name]
    if (!fields.every((field) => required.includes(field)))
      throw new Error(`additions.mjs: ${name} does not require that`)
    definitions[name].required = required.filter((field) => !fields.includes(field))
  }
  for (const [place, addition] of Object.entries(additions)) {
    const [name, field] = place.split('.')
    const property = definitions[name]?.properties[field]
    if (property === undefined) throw new Error(`additions.mjs names ${place}, which the schema does not have`)
    Object.assign(property, addition)
  }
}
