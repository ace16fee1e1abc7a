/** `podkeep port-forward`: connections to this machine's ports go to the pod's address. */

import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'

import { CommandError, unavailable, usageError } from './command-error.js'
import { exitCode } from './exit-code.js'
import { textOption } from './options.js'
import { askPods } from './pods/listed-pods.js'
import { parsePodReference, theOnly } from './pods/pod-reference.js'
import type { ListedPod } from './pod-summary.js'
import type { Flags } from './run-options.js'
import type { Session } from './verb.js'

export interface ForwardedPort {
  /** 0: any that is free. */
  readonly local: number
  readonly remote: number
}

/** Until it is interrupted. */
export async function portForward(
  podText: string,
  portTexts: readonly string[],
  flags: Flags,
  session: Session,
): Promise<number> {
  const { surroundings, terminal } = session
  const reference = parsePodReference(podText, textOption(flags, 'namespace'))
  const look = async (): Promise<ListedPod> => theOnly((await askPods(flags, surroundings)).items, reference)
  const pod = await look()
  const ports = portTexts.map((text) => parsePort(text, pod))
  addressOf(pod)
  const forward = (socket: Socket, remote: number): void => {
    terminal.out(`Handling connection for ${socket.localPort ?? remote}\n`)
    // Asked anew each time: a pod that was made anew has another address.
    look().then(
      (now) => join(socket, addressOf(now), remote, (text) => terminal.note(text)),
      (error: unknown) => {
        terminal.note(`podkeep: ${error instanceof Error ? error.message : String(error)}\n`)
        socket.destroy()
      },
    )
  }
  const servers: Server[] = []
  for (const port of ports) {
    let { local } = port
    for (const address of localAddresses(textOption(flags, 'address') ?? 'localhost')) {
      const server = await listen(address, local, (socket) => forward(socket, port.remote))
      if (server === null) continue
      servers.push(server)
      const { address: at, port: listening } = server.address() as AddressInfo
      local = listening
      terminal.out(`Forwarding from ${at.includes(':') ? `[${at}]` : at}:${local} -> ${port.remote}\n`)
    }
  }
  await Promise.all(servers.map((server) => new Promise((resolve) => server.once('close', resolve))))
  return exitCode.ok
}

function parsePort(text: string, { metadata, spec }: ListedPod): ForwardedPort {
  const [first = '', second] = text.split(':')
  const remoteText = second ?? first
  const local = second === '' || (second !== undefined && first === '') ? 0 : Number(first)
  const remote = /^\d+$/.test(remoteText) ? Number(remoteText) : namedPort(remoteText, spec)
  if (remote === null) {
    const message = `pod ${JSON.stringify(metadata.name)} has no port named ${JSON.stringify(remoteText)}`
    throw new CommandError(exitCode.problem, message, `"podkeep describe pod ${metadata.name}" lists its ports`)
  }
  const isPort = (port: number, least: number): boolean => Number.isInteger(port) && port >= least && port <= 65_535
  const localPort = second === undefined ? remote : local
  if (isPort(remote, 1) && isPort(localPort, 0)) return { local: localPort, remote }
  throw usageError(`${JSON.stringify(text)} is no port`, 'write 8080:80, 80 or :80')
}

interface PortsInSpec {
  readonly ports?: readonly { readonly name?: string; readonly containerPort?: number }[]
}

function namedPort(name: string, spec: ListedPod['spec']): number | null {
  const containers = [spec['containers'], spec['initContainers']].flatMap((list) =>
    Array.isArray(list) ? (list as PortsInSpec[]) : [],
  )
  return containers.flatMap(({ ports }) => ports ?? []).find((port) => port.name === name)?.containerPort ?? null
}

function addressOf({ metadata, spec, status }: ListedPod): string {
  if (spec['hostNetwork'] === true) return '127.0.0.1'
  if (status.podIP !== undefined && status.podIP !== '') return status.podIP
  const hint = `"podkeep describe pod ${metadata.name}" tells how it is`
  throw new CommandError(exitCode.problem, `pod ${JSON.stringify(metadata.name)} has no address yet`, hint)
}

function localAddresses(text: string): string[] {
  return text.split(',').flatMap((part) => (part.trim() === 'localhost' ? ['127.0.0.1', '::1'] : [part.trim()]))
}

/** null: this machine has no IPv6, and nobody asked for it by name. */
function listen(address: string, local: number, onConnection: (socket: Socket) => void): Promise<Server | null> {
  return new Promise((resolve, reject) => {
    const server = createServer({ allowHalfOpen: true }, onConnection)
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (address === '::1' && (error.code === 'EADDRNOTAVAIL' || error.code === 'EAFNOSUPPORT')) resolve(null)
      else if (error.code === 'EADDRINUSE') {
        reject(
          unavailable(
            `port ${local} of ${address} is in use`,
            'choose another: PORT:REMOTE, or :REMOTE for a free one',
          ),
        )
      } else reject(unavailable(`cannot listen on ${address}:${local}: ${error.message}`))
    })
    server.listen(local, address, () => resolve(server))
  })
}

function join(socket: Socket, host: string, port: number, note: (text: string) => void): void {
  const remote = connect({ host, port, allowHalfOpen: true })
  remote.on('error', (error) => {
    note(`podkeep: cannot reach ${host}:${port}: ${error.message}\n`)
    socket.destroy()
  })
  socket.on('error', () => remote.destroy())
  socket.pipe(remote)
  remote.pipe(socket)
}
