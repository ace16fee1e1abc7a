/** What podkeep needs so that nobody else keeps its pods on the same engine. Implemented by state/. */

export interface NodeClaim {
  /**
   * From now on until this process ends it alone keeps its node on this engine, as far as can be told. Asked again, it is so already.
   * @param engine another for each engine that this machine knows
   * @throws NODE_TAKEN
   */
  take(engine: string): Promise<void>
}
