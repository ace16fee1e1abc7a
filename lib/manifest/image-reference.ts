/**
 * Whether a text can be the name of an image: [registry[:port]/]path[:tag][@digest].
 * Source: the grammar of github.com/distribution/reference, as Docker normalises it.
 */

const tagForm = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/
const digestForm = /^[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}$/
const component = /^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*$/
const registryForm =
  /^(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*|\[[0-9a-fA-F:]+\])(?::[0-9]+)?$/
const longestName = 255
const longestReference = 1024

export interface ImageReference {
  readonly tag: string | null
  readonly digest: string | null
}

export type ParsedReference =
  | { readonly kind: 'reference'; readonly reference: ImageReference }
  | { readonly kind: 'problem'; readonly message: string; readonly suggestion: string | null }

export function parseImageReference(text: string): ParsedReference {
  if (text.includes('{{')) return problem('holds a template that is not filled in', 'render it first')
  if (/\s/.test(text))
    return problem(
      'must not contain white space',
      text.trim() === text || /\s/.test(text.trim()) ? null : `write "${text.trim()}"`,
    )
  if (text.length > longestReference) return problem(`must be no more than ${longestReference} characters`)
  if (text.includes('://')) return problem('must not be a URL', `write "${text.replace(/^[a-z]+:\/\//i, '')}"`)
  const at = text.indexOf('@')
  const digest = at < 0 ? null : text.slice(at + 1)
  if (digest !== null && !digestForm.test(digest))
    return problem(`"${digest}" is not a digest`, 'write algorithm:hex, as in sha256:...')
  const named = at < 0 ? text : text.slice(0, at)
  const colon = named.lastIndexOf(':')
  const hasTag = colon > named.lastIndexOf('/')
  const tag = hasTag ? named.slice(colon + 1) : null
  if (tag === '') return problem('has no tag after ":"')
  if (tag !== null && !tagForm.test(tag))
    return problem(`"${tag}" is not a tag`, "a tag consists of letters, digits, '_', '.' and '-'")
  const nameProblem = repositoryProblem(hasTag ? named.slice(0, colon) : named)
  return nameProblem ?? { kind: 'reference', reference: { tag, digest } }
}

function repositoryProblem(name: string): ParsedReference | null {
  if (name === '') return problem('has no name')
  if (name.length > longestName) return problem(`must have a name of no more than ${longestName} characters`)
  const slash = name.indexOf('/')
  const first = slash < 0 ? '' : name.slice(0, slash)
  const isRegistry = /[.:]/.test(first) || first === 'localhost' || first !== first.toLowerCase()
  if (isRegistry && !registryForm.test(first)) return problem(`"${first}" is not the name of a registry`)
  const path = isRegistry ? name.slice(slash + 1) : name
  if (path.split('/').every((part) => component.test(part)))
    return /^[0-9a-f]{64}$/.test(name) ? problem('must not be an image id without a name') : null
  if (path !== path.toLowerCase()) return problem('must be in lower case', `did you mean "${path.toLowerCase()}"?`)
  return problem(
    `"${path}" is not the name of an image`,
    "names consist of lower case letters and digits, separated by '.', '_', '-' and '/'",
  )
}

/** Source: SetDefaults_Container: latest is looked for anew each time, everything else is taken as it is. */
export function defaultPullPolicy(image: string): 'Always' | 'IfNotPresent' {
  const parsed = parseImageReference(image)
  if (parsed.kind === 'problem') return 'IfNotPresent'
  const { tag, digest } = parsed.reference
  return tag === 'latest' || (tag === null && digest === null) ? 'Always' : 'IfNotPresent'
}

function problem(message: string, suggestion: string | null = null): ParsedReference {
  return { kind: 'problem', message, suggestion }
}
