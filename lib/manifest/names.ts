/**
 * The forms of names. Each function returns what is wrong, or null.
 * Source: k8s.io/apimachinery/pkg/util/validation, with its words.
 */

const label = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/
const qualified = /^[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?$/
const labelMost = 63
const subdomainMost = 253

const underscored = /^[a-z0-9_](?:[-_a-z0-9]*[a-z0-9_])?(?:\.[a-z0-9_](?:[-_a-z0-9]*[a-z0-9_])?)*$/
const underscoreMessage =
  "must consist of lower case letters, digits, '-', '_' or '.', and start and end with one of them but '-' or '.'"

const labelMessage =
  "must consist of lower case letters, digits or '-', and start and end with a letter or digit (RFC 1123 label)"
const subdomainMessage =
  "must consist of lower case letters, digits, '-' or '.', and start and end with a letter or digit (RFC 1123 subdomain)"

export function labelProblem(name: string): string | null {
  return tooLong(name, labelMost) ?? (label.test(name) ? null : labelMessage)
}

export function subdomainProblem(name: string): string | null {
  return tooLong(name, subdomainMost) ?? (name.split('.').every((part) => label.test(part)) ? null : subdomainMessage)
}

/** Source: IsDNS1123SubdomainWithUnderscore. */
export function underscoreSubdomainProblem(name: string): string | null {
  return tooLong(name, subdomainMost) ?? (underscored.test(name) ? null : underscoreMessage)
}

/** For a name that is wrong: the name in the form that is right, when that is plain. */
export function nameSuggestion(name: string): string | null {
  const better = name.toLowerCase().replaceAll(/[_\s]/g, '-')
  return better !== name && subdomainProblem(better) === null ? `for example "${better}"` : null
}

/** A key of labels or annotations: `[prefix/]name`. */
export function qualifiedNameProblem(key: string): string | null {
  const slash = key.indexOf('/')
  if (key.indexOf('/', slash + 1) > slash && slash >= 0) return 'a key has at most one "/": [prefix/]name'
  const prefix = slash < 0 ? null : key.slice(0, slash)
  const name = key.slice(slash + 1)
  if (prefix === '') return 'the prefix before "/" must not be empty'
  const prefixProblem = prefix === null ? null : subdomainProblem(prefix)
  if (prefixProblem !== null) return `the prefix before "/" ${prefixProblem}`
  if (name === '') return 'the name of a key must not be empty'
  const long = tooLong(name, labelMost)
  if (long !== null) return `the name of a key ${long}`
  return qualified.test(name)
    ? null
    : "the name of a key must consist of letters, digits, '-', '_' or '.', and start and end with a letter or digit"
}

export function labelValueProblem(value: string): string | null {
  if (value === '') return null
  const long = tooLong(value, labelMost)
  if (long !== null) return long
  return qualified.test(value)
    ? null
    : "must be empty or consist of letters, digits, '-', '_' or '.', and start and end with a letter or digit"
}

/** Whether something can be labelled so. */
export function isLabel(key: string, value: string): boolean {
  return qualifiedNameProblem(key) === null && labelValueProblem(value) === null
}

/** Source: IsValidPortName (IANA_SVC_NAME). */
export function portNameProblem(name: string): string | null {
  if (name.length > 15) return 'must be no more than 15 characters'
  if (!/^[-a-z0-9]+$/.test(name)) return "must contain only lower case letters, digits and '-'"
  if (!/[a-z]/.test(name)) return 'must contain at least one letter'
  if (name.includes('--')) return "must not contain two '-' in a row"
  return name.startsWith('-') || name.endsWith('-') ? "must not start or end with '-'" : null
}

/** Source: IsRelaxedEnvVarName, in force since Kubernetes 1.34. */
export function envNameProblem(name: string): string | null {
  return /^[ -<>-~]+$/.test(name) ? null : 'must consist of printable ASCII characters other than "="'
}

/** A key of a ConfigMap or Secret. Source: IsConfigMapKey. */
export function configKeyProblem(key: string): string | null {
  const long = tooLong(key, subdomainMost)
  if (long !== null) return long
  if (!/^[-._a-zA-Z0-9]+$/.test(key)) return "must consist of letters, digits, '-', '_' or '.'"
  return key === '.' || key.startsWith('..') ? 'must not be "." nor start with ".."' : null
}

function tooLong(text: string, most: number): string | null {
  return text.length > most ? `must be no more than ${most} characters` : null
}
