/** What a process costs, as Linux counts it. */

import { readFileSync, readdirSync } from 'node:fs'

/** Of all its threads, since it began. /proc/PID/stat counts in hundredths of a second, the scheduler in nanoseconds. */
export function cpuMs(pid: number): number {
  let nanoseconds = 0
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    nanoseconds += Number(schedstat(`/proc/${pid}/task/${thread}/schedstat`).split(' ')[0])
  }
  return nanoseconds / 1e6
}

/** Threads may end meanwhile; what they used is lost to this count, and podkeep's and dockerd's threads stay. */
function schedstat(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return '0'
  }
}

export function memoryMB(pid: number): { readonly rss: number; readonly pss: number } {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')
  const megabytes = (name: string): number => Number(new RegExp(`^${name}: +(\\d+) kB`, 'm').exec(rollup)?.[1]) / 1024
  return { rss: megabytes('Rss'), pss: megabytes('Pss') }
}
