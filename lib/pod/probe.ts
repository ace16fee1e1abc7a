/** What podkeep knows of a container's health. What it asks is in handler.ts. */

export type ProbeKind = 'startup' | 'readiness' | 'liveness'

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

/** As much of it as outlives podkeep; of the liveness probe only that it failed. */
export interface KnownVerdicts extends Pick<ContainerVerdicts, 'startup' | 'readiness'> {
  readonly liveness?: 'failure'
}

/** Whether a probe or hook found what it wants. unknown: it could not be asked, which says nothing about the container. */
export interface HandlerAnswer {
  readonly result: 'success' | 'failure' | 'unknown'
  /** Of a failure, the reason; of a success, a warning or nothing. */
  readonly message: string
}
