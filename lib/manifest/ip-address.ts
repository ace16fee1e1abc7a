/** Whether a text is an IP address. Leading zeros are refused, as Go does: some programs would read them as octal. */

const ipv4 = /^(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])(?:\.(?=.)|$)){4}$/
const group = /^[0-9a-fA-F]{1,4}$/

export function isIpAddress(text: string): boolean {
  return ipv4.test(text) || isIpv6(text)
}

function isIpv6(text: string): boolean {
  const halves = text.split('::')
  if (halves.length > 2 || !text.includes(':')) return false
  const groups = halves.flatMap((half) => (half === '' ? [] : half.split(':')))
  const last = groups.at(-1) ?? ''
  const endsInIpv4 = last.includes('.')
  const count = groups.length + (endsInIpv4 ? 1 : 0)
  const areGroups = (endsInIpv4 ? groups.slice(0, -1) : groups).every((part) => group.test(part))
  if (!areGroups || (endsInIpv4 && (!ipv4.test(last) || halves.at(-1) === ''))) return false
  return halves.length === 2 ? count < 8 : count === 8
}
