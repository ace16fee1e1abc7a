/** A point in time as Kubernetes writes it: UTC, whole seconds. */
export function rfc3339(wallMs: number): string {
  // eslint-disable-next-line no-restricted-globals -- formats a value it is given; the rule is against reading the clock
  return new Date(wallMs).toISOString().replace(/\.\d+Z$/, 'Z')
}
