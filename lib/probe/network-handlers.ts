/**
 * The handlers that probes and lifecycle hooks share, run from podkeep itself: an image needs no curl for them. Exec goes to
 * the engine.
 * Source: kubelet pkg/kubelet/prober/prober.go, pkg/kubelet/lifecycle/handlers.go.
 */

import {
  PodkeepError,
  type ExecHandler,
  type HandlerAnswer,
  type HttpGetHandler,
  type ProbeHandler,
} from '../pod/index.js'
import type { ContainerRuntime, HandlerPlace, HandlerRunner } from '../ports/index.js'
import { grpcHealth } from './grpc-health.js'
import { httpGet } from './http-get.js'
import { requestOf, type Destination } from './http-request.js'
import { tcpSocket } from './tcp-socket.js'

/** What programs take a cluster's probes by begins with `kube-probe/`. */
const probeAgent = 'kube-probe/1.36'
const hookAgent = 'kube-lifecycle/1.36'
/** Node rings a timer longer than this at once. */
const longestTimerMs = 2 ** 31 - 1

/** Of a command's output, in a message. */
const maxWords = 1024

type Done = (answer: HandlerAnswer) => void

export class NetworkHandlers implements HandlerRunner {
  readonly #runtime: Pick<ContainerRuntime, 'exec'>

  constructor(runtime: Pick<ContainerRuntime, 'exec'>) {
    this.#runtime = runtime
  }

  ask(handler: ProbeHandler, place: HandlerPlace, timeoutMs: number, done: Done): () => void {
    if (handler.kind === 'exec') return this.#exec(handler, place, timeoutMs, done)
    let isOver = false
    const end = (answer: HandlerAnswer): void => {
      if (isOver) return
      isOver = true
      clearTimeout(timer)
      done(answer)
    }
    const timer = setTimeout(
      () => {
        if (isOver) return
        giveUp()
        end({ result: 'failure', message: `${questionOf(handler)}: no answer within ${timeoutMs / 1000} s` })
      },
      Math.min(timeoutMs, longestTimerMs),
    )
    const giveUp = this.#dial(handler, place.address, end)
    return () => {
      isOver = true
      clearTimeout(timer)
      giveUp()
    }
  }

  runHook(
    handler: ExecHandler | HttpGetHandler,
    place: HandlerPlace,
    timeoutMs: number | null,
  ): Promise<HandlerAnswer> {
    return new Promise((resolve) => {
      if (handler.kind === 'exec') this.#exec(handler, place, timeoutMs, resolve)
      else hookGet(handler, place, timeoutMs, resolve)
    })
  }

  #dial(handler: Exclude<ProbeHandler, ExecHandler>, address: string | null, done: Done): () => void {
    const to = destinationOf(handler, address)
    if (typeof to === 'string') {
      queueMicrotask(() => done({ result: 'unknown', message: to }))
      return () => undefined
    }
    switch (handler.kind) {
      case 'httpGet':
        return probeGet(handler, to, done)
      case 'tcpSocket':
        return tcpSocket(to, done)
      case 'grpc':
        return grpcHealth({ ...to, service: handler.service, userAgent: probeAgent }, done)
    }
  }

  /** The engine's own trouble says nothing about the container. */
  #exec({ command }: ExecHandler, { id }: HandlerPlace, timeoutMs: number | null, done: Done): () => void {
    let isGivenUp = false
    const end: Done = (answer) => {
      if (!isGivenUp) done(answer)
    }
    this.#runtime.exec(id, command, timeoutMs).then(
      ({ exitCode, output }) => {
        if (exitCode === 0) end({ result: 'success', message: '' })
        else end({ result: 'failure', message: execFailure(command, exitCode, output, timeoutMs) })
      },
      (error: unknown) => {
        if (!(error instanceof PodkeepError)) throw error
        end({ result: 'unknown', message: error.message })
      },
    )
    return () => (isGivenUp = true)
  }
}

function execFailure(
  command: readonly string[],
  exitCode: number | null,
  output: string,
  timeoutMs: number | null,
): string {
  const why = exitCode === null ? `not ended within ${(timeoutMs ?? 0) / 1000} s` : `ended with exit code ${exitCode}`
  const words = output.trim().slice(0, maxWords)
  return `command ${JSON.stringify(command)} ${why}${words === '' ? '' : `: ${words}`}`
}

const elsewhere = 'Probe terminated redirects: they lead to another host'

/** In words why there is none. */
function destinationOf(handler: Exclude<ProbeHandler, ExecHandler>, address: string | null): Destination | string {
  const own = handler.kind === 'grpc' ? null : handler.host
  const host = own === null || own === '' ? address : own
  if (host === null) return 'the pod has no address yet'
  const { port } = handler
  return typeof port === 'number' ? { host, port } : `no port of the container is called ${JSON.stringify(port)}`
}

function probeGet(handler: HttpGetHandler, to: Destination, done: Done): () => void {
  return httpGet(requestOf(handler, to, probeAgent), (outcome) => {
    if (outcome.kind === 'failed') done({ result: 'failure', message: outcome.message })
    else if (outcome.status < 200 || outcome.status >= 400) {
      done({ result: 'failure', message: `HTTP probe failed with statuscode: ${outcome.status}` })
    } else done({ result: 'success', message: outcome.isElsewhere ? elsewhere : '' })
  })
}

/** Any answer will do. A server that speaks no TLS is asked again without, as in the kubelet. */
function hookGet(handler: HttpGetHandler, place: HandlerPlace, timeoutMs: number | null, done: Done): void {
  const to = destinationOf(handler, place.address)
  if (typeof to === 'string') {
    done({ result: 'failure', message: to })
    return
  }
  let giveUp = (): void => undefined
  const timer =
    timeoutMs === null
      ? undefined
      : setTimeout(
          () => {
            giveUp()
            done({ result: 'failure', message: `${questionOf(handler)}: no answer within ${timeoutMs / 1000} s` })
          },
          Math.min(timeoutMs, longestTimerMs),
        )
  const get = (scheme: HttpGetHandler['scheme']): void => {
    giveUp = httpGet(requestOf({ ...handler, scheme }, to, hookAgent), (outcome) => {
      if (outcome.kind === 'failed' && outcome.isPlainHttp) {
        get('HTTP')
        return
      }
      clearTimeout(timer)
      if (outcome.kind === 'failed') done({ result: 'failure', message: outcome.message })
      else done({ result: 'success', message: '' })
    })
  }
  get(handler.scheme)
}

function questionOf(handler: Exclude<ProbeHandler, ExecHandler>): string {
  switch (handler.kind) {
    case 'httpGet':
      return `GET ${handler.path} on port ${handler.port}`
    case 'tcpSocket':
      return `connecting to port ${handler.port}`
    case 'grpc':
      return `gRPC health check on port ${handler.port}`
  }
}
