/**
 * A structured log: a fixed lower-case phrase, and the values in fields with the glossary's names
 * (pod, container, containerId, action, reason, durationMs, untilMs, file, err).
 */

export interface Logger {
  debug(fields: Record<string, unknown>, phrase: string): void
  info(fields: Record<string, unknown>, phrase: string): void
  /** An operator should look. */
  warn(fields: Record<string, unknown>, phrase: string): void
  /** What was asked for could not be done. */
  error(fields: Record<string, unknown>, phrase: string): void
  child(fields: Record<string, unknown>): Logger
}
