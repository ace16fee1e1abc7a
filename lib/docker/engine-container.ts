/** What podkeep asks of dockerode's handle of a container to change it. */

export interface EngineContainer {
  start(): Promise<unknown>
  unpause(): Promise<unknown>
  kill(options: { signal: string }): Promise<unknown>
}
