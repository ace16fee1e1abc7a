/** How long ago, as kubectl writes it. Source: k8s.io/apimachinery/pkg/util/duration HumanDuration. */

const minuteSeconds = 60
const hourSeconds = 3600
const daySeconds = 86_400
const yearSeconds = 365 * daySeconds

export function humanDuration(durationMs: number): string {
  const seconds = Math.floor(durationMs / 1000)
  if (seconds < 0) return '0s'
  if (seconds < 2 * minuteSeconds) return `${seconds}s`
  if (seconds < 10 * minuteSeconds) return twoUnits(seconds, minuteSeconds, 'm', 1, 's')
  if (seconds < 3 * hourSeconds) return `${Math.floor(seconds / minuteSeconds)}m`
  if (seconds < 8 * hourSeconds) return twoUnits(seconds, hourSeconds, 'h', minuteSeconds, 'm')
  if (seconds < 2 * daySeconds) return `${Math.floor(seconds / hourSeconds)}h`
  if (seconds < 8 * daySeconds) return twoUnits(seconds, daySeconds, 'd', hourSeconds, 'h')
  if (seconds < 2 * yearSeconds) return `${Math.floor(seconds / daySeconds)}d`
  if (seconds < 8 * yearSeconds) return twoUnits(seconds, yearSeconds, 'y', daySeconds, 'd')
  return `${Math.floor(seconds / yearSeconds)}y`
}

function twoUnits(seconds: number, large: number, largeName: string, small: number, smallName: string): string {
  const rest = Math.floor((seconds % large) / small)
  return `${Math.floor(seconds / large)}${largeName}${rest === 0 ? '' : `${rest}${smallName}`}`
}
