/** How podkeep talks to a container: probes, which ask it, and hooks, which tell it. Kubernetes' shapes, in podkeep's units. */

/** A port by number; by name only when no port of the container has that name: then whoever asks cannot find it, and says so. */
export type PortReference = number | string

export interface ExecHandler {
  readonly kind: 'exec'
  /** Not run in a shell. */
  readonly command: readonly string[]
}

export interface HttpGetHandler {
  readonly kind: 'httpGet'
  readonly scheme: 'HTTP' | 'HTTPS'
  /** null: the pod's address. */
  readonly host: string | null
  readonly port: PortReference
  /** May carry a query. */
  readonly path: string
  /** In the manifest's order; one name may stand several times. */
  readonly headers: readonly { readonly name: string; readonly value: string }[]
}

export interface TcpSocketHandler {
  readonly kind: 'tcpSocket'
  /** null: the pod's address. */
  readonly host: string | null
  readonly port: PortReference
}

export interface GrpcHandler {
  readonly kind: 'grpc'
  readonly port: number
  /** Empty: the server as a whole. */
  readonly service: string
}

export interface SleepHandler {
  readonly kind: 'sleep'
  readonly durationMs: number
}

export type ProbeHandler = ExecHandler | HttpGetHandler | TcpSocketHandler | GrpcHandler
export type HookHandler = ExecHandler | HttpGetHandler | SleepHandler

export interface Probe {
  readonly handler: ProbeHandler
  readonly initialDelayMs: number
  readonly timeoutMs: number
  readonly periodMs: number
  /** Verdicts of one kind in a row that make it so. */
  readonly successThreshold: number
  readonly failureThreshold: number
  /** Of a container that fails it; null: the pod's. Never set on a readiness probe. */
  readonly graceMs: number | null
}
