/** What is kept of Services and of PersistentVolumeClaims, as it must be to be believed: what their manifests last said well. */

import type { DesiredClaim, DesiredService } from '../pod/index.js'
import { plainRecordForm } from './plain-record-form.js'
import { isObject } from './shape.js'

export const serviceForm = plainRecordForm('Service', isService)
export const claimForm = plainRecordForm('PersistentVolumeClaim', isClaim)

function isService(value: unknown): value is DesiredService {
  if (!isNamed(value)) return false
  const { selector, ports, isHeadless, publishNotReadyAddresses } = value
  const isSelecting = isObject(selector) && Object.values(selector).every((text) => typeof text === 'string')
  const isTold = typeof isHeadless === 'boolean' && typeof publishNotReadyAddresses === 'boolean'
  return isSelecting && isTold && Array.isArray(ports) && ports.every(isPort)
}

function isPort(value: unknown): boolean {
  if (!isObject(value)) return false
  const { name, port, targetPort, protocol } = value
  const isFound = typeof targetPort === 'number' || typeof targetPort === 'string'
  return (
    (name === null || typeof name === 'string') && typeof port === 'number' && isFound && typeof protocol === 'string'
  )
}

function isClaim(value: unknown): value is DesiredClaim {
  return isNamed(value) && typeof value['isForOnePod'] === 'boolean'
}

function isNamed(value: unknown): value is Record<string, unknown> {
  return isObject(value) && ['key', 'namespace', 'name', 'file'].every((field) => typeof value[field] === 'string')
}
