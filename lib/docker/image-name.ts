/** Image names, as the engine reads them. Source: github.com/distribution/reference, regexp.go and normalize.go. */

const domain =
  /(?:(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])(?:\.(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9]))*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?/
const pathPart = /[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*/
const whole = new RegExp(
  `^((?:${domain.source}/)?${pathPart.source}(?:/${pathPart.source})*)(?::([\\w][\\w.-]{0,127}))?(?:@([A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}))?$`,
)
const maxRepositoryLength = 255
const longestSensible = 512

export interface ImageName {
  readonly repository: string
  /** The digest when there is one: it decides, the tag is then only for people. */
  readonly tagOrDigest: string
}

/** null when no image can have this name. An image's id (`sha256:...`) reads as a name with a tag, and the engine finds it. */
export function parseImageName(text: string): ImageName | null {
  // The length first: the patterns are run on sensible input only.
  if (text.length > longestSensible || /^[0-9a-f]{64}$/.test(text)) return null
  const [matched, repository, tag, digest] = whole.exec(text) ?? []
  if (matched === undefined || repository === undefined || repository.length > maxRepositoryLength) return null
  return { repository, tagOrDigest: digest ?? tag ?? 'latest' }
}
