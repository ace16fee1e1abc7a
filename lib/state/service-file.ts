/** What is kept of Services, PersistentVolumeClaims and PersistentVolumes, as it must be to be believed: what their manifests last said well. */

import type { DesiredClaim, DesiredService, KeptVolume } from '../pod/index.js'
import { plainRecordForm } from './plain-record-form.js'
import { isObject } from './shape.js'

export const serviceForm = plainRecordForm('Service', isService)
export const claimForm = plainRecordForm('PersistentVolumeClaim', isClaim)
export const volumeForm = plainRecordForm('PersistentVolume', isVolume)

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
  return (
    isNamed(value) &&
    typeof value['isForOnePod'] === 'boolean' &&
    (value['terms'] === undefined || isTerms(value['terms']))
  )
}

function isTerms(value: unknown): boolean {
  if (!isObject(value)) return false
  const { storageClassName, accessModes, requestBytes, volumeName, selector } = value
  const areNames = [storageClassName, volumeName].every((name) => name === null || typeof name === 'string')
  return (
    areNames && isTexts(accessModes) && typeof requestBytes === 'number' && (selector === null || isObject(selector))
  )
}

function isVolume(value: unknown): value is KeptVolume {
  if (!isNamed(value) || !isObject(value['labels']) || !isObject(value['source'])) return false
  const { capacityBytes, accessModes, storageClassName, claimRef, elsewhere, boundTo, labels, source } = value
  const isMeant = claimRef === null || (isObject(claimRef) && isTexts([claimRef['namespace'], claimRef['name']]))
  const isTold = typeof capacityBytes === 'number' && typeof storageClassName === 'string' && isTexts(accessModes)
  const isBound = [elsewhere, boundTo].every((text) => text === null || typeof text === 'string')
  return isTold && isMeant && isBound && isTexts(Object.values(labels)) && isSource(source)
}

function isSource({ kind, path, type, share, readOnly }: Record<string, unknown>): boolean {
  if (kind === 'local') return isTexts([path])
  if (kind === 'hostPath') return isTexts([path, type])
  if (kind !== 'nfs' || !isObject(share)) return false
  const { server, path: exported, options = [] } = share
  return isTexts([server, exported]) && isTexts(options) && typeof readOnly === 'boolean'
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((one) => typeof one === 'string')
}

function isNamed(value: unknown): value is Record<string, unknown> {
  return isObject(value) && ['key', 'namespace', 'name', 'file'].every((field) => typeof value[field] === 'string')
}
