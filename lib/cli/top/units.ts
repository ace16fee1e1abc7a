/** Amounts as kubectl and metrics.k8s.io write them. */

import type { Figures } from './figures.js'

const nanosPerMilli = 1e6
const bytesPerKibibyte = 1024
const bytesPerMebibyte = bytesPerKibibyte ** 2

/** Rounded up, as a quantity is: what uses anything does not use nothing. */
export function coresText(nanoCores: number | null): string {
  return nanoCores === null ? '<unknown>' : `${Math.ceil(nanoCores / nanosPerMilli)}m`
}

export function memoryText(bytes: number): string {
  return `${Math.floor(bytes / bytesPerMebibyte)}Mi`
}

export function percentText(part: number | null, whole: number): string {
  return part === null || whole <= 0 ? '<unknown>' : `${Math.floor((part / whole) * 100)}%`
}

export function usageObject({ nanoCores, workingSetBytes }: Figures): Readonly<Record<string, string>> {
  return {
    ...(nanoCores !== null && { cpu: `${nanoCores}n` }),
    memory: `${Math.floor(workingSetBytes / bytesPerKibibyte)}Ki`,
  }
}
