/**
 * Which engine is meant: DOCKER_HOST, or the first of the usual sockets that may be used. Where none is there yet, the first
 * usual one is waited for.
 */

import { accessSync, constants, existsSync } from 'node:fs'
import { join } from 'node:path'

import type { Surroundings } from './surroundings.js'

type SocketTest = (path: string) => boolean

export function engineHost(
  surroundings: Surroundings,
  isUsable: SocketTest = mayUse,
  isThere: SocketTest = existsSync,
): string {
  const named = surroundings.env['DOCKER_HOST']?.trim() ?? ''
  if (named !== '') return named
  const sockets = usualSockets(surroundings)
  const socket = sockets.find(isUsable) ?? sockets.find(isThere) ?? systemSocket
  return `unix://${socket}`
}

const systemSocket = '/var/run/docker.sock'

/** The system's, rootless Docker's, Docker Desktop's. */
function usualSockets({ env, homeDirectory }: Surroundings): string[] {
  const runtimeDirectory = env['XDG_RUNTIME_DIR'] ?? ''
  return [
    systemSocket,
    ...(runtimeDirectory === '' ? [] : [join(runtimeDirectory, 'docker.sock')]),
    join(homeDirectory, '.docker/run/docker.sock'),
    join(homeDirectory, '.docker/desktop/docker.sock'),
  ]
}

function mayUse(socket: string): boolean {
  try {
    accessSync(socket, constants.R_OK | constants.W_OK)
    return true
  } catch {
    // Not there or not ours: the next one may be.
    return false
  }
}
