/**
 * How a container is asked whether it is well, and the handlers probes and lifecycle hooks share. As a container is wanted:
 * every default filled in, named ports already numbers.
 */

export type ProbeKind = 'startup' | 'readiness' | 'liveness'

export type ProbeHandler = HttpGetHandler | TcpSocketHandler | ExecHandler | GrpcHandler

export interface HttpGetHandler {
  readonly kind: 'httpGet'
  /** With its query, as the manifest has it. */
  readonly path: string
  readonly port: number
  /** null: the pod's own address. */
  readonly host: string | null
  readonly scheme: 'HTTP' | 'HTTPS'
  /** In the manifest's order; a name may come more than once. */
  readonly headers: readonly { readonly name: string; readonly value: string }[]
}

export interface TcpSocketHandler {
  readonly kind: 'tcpSocket'
  readonly port: number
  /** null: the pod's own address. */
  readonly host: string | null
}

export interface ExecHandler {
  readonly kind: 'exec'
  /** Not through a shell. */
  readonly command: readonly string[]
}

export interface GrpcHandler {
  readonly kind: 'grpc'
  readonly port: number
  /** The name the health service is asked for; empty: the server as a whole. */
  readonly service: string
}

export interface Probe {
  readonly handler: ProbeHandler
  /** Counted from the container's start. */
  readonly initialDelayMs: number
  readonly periodMs: number
  readonly timeoutMs: number
  /** Successes in a row that turn the verdict good. */
  readonly successThreshold: number
  /** Failures in a row that turn the verdict bad. */
  readonly failureThreshold: number
  /** Between the signals when this probe has the container killed; null: the pod's own grace. */
  readonly graceMs: number | null
}

/** What a probe's answers so far mean. unknown: a startup probe that has not decided yet. */
export type ProbeVerdict = 'success' | 'failure' | 'unknown'

/** What is known of one instance of a container. A kind it has no probe of counts as success. */
export interface ContainerVerdicts {
  /** success: Kubernetes' `started`. failure: to be restarted. */
  readonly startup: ProbeVerdict
  /** success: ready, as far as the probe is concerned. */
  readonly readiness: ProbeVerdict
  /** failure: to be restarted. */
  readonly liveness: ProbeVerdict
  /** What the probe that failed last said; empty while none has. */
  readonly why: string
}

/** Whether a probe or hook found what it wants. unknown: it could not be asked, which says nothing about the container. */
export interface HandlerAnswer {
  readonly result: 'success' | 'failure' | 'unknown'
  /** Of a failure, the reason; of a success, a warning or nothing. */
  readonly message: string
}
