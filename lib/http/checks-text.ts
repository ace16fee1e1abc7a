/** Health checks in the form of Kubernetes' `?verbose`. Source: apiserver healthz.go. */

import type { Readiness } from '../ports/index.js'

export function checksText(name: string, checks: Readiness['checks']): string {
  const lines = [{ name: 'ping', waitingFor: null }, ...checks].map((check) =>
    check.waitingFor === null ? `[+]${check.name} ok` : `[-]${check.name} not yet: ${check.waitingFor}`,
  )
  const isPassed = checks.every((check) => check.waitingFor === null)
  return [...lines, `${name} check ${isPassed ? 'passed' : 'failed'}`, ''].join('\n')
}
