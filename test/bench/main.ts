/**
 * Measures the built podkeep on a real engine of its own: `npm run bench`, `npm run bench -- --json`,
 * `npm run bench -- --only create`. Each measure's figures are shown, on stderr, as soon as they are there. Ends with 1 when a target is missed. Takes a few minutes and wants a quiet machine.
 */

import { parseArgs } from 'node:util'

import { engineMissing } from '../support/engine.js'
import { isMet, type Figure } from './figures.js'
import { measureCommands, measureValidate } from './measures/command.js'
import { measureCreate, measureHostNetwork } from './measures/create.js'
import { measureEdit } from './measures/edit.js'
import { measureIdle } from './measures/idle.js'
import { measureMany } from './measures/many.js'
import { measureProbes } from './measures/probes.js'
import { measureReads } from './measures/reads.js'
import { measureRestart } from './measures/restart.js'
import { measureStartUp } from './measures/start-up.js'
import { json, lines, table, type Report } from './report.js'

const measures: Readonly<Record<string, () => Promise<Figure[]>>> = {
  create: measureCreate,
  'host-network': measureHostNetwork,
  restart: measureRestart,
  many: measureMany,
  'start-up': measureStartUp,
  idle: measureIdle,
  edit: measureEdit,
  probes: measureProbes,
  validate: measureValidate,
  commands: measureCommands,
  reads: measureReads,
}

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { json: { type: 'boolean' }, only: { type: 'string', multiple: true } } })
  const names = values.only ?? Object.keys(measures)
  const unknown = names.find((name) => !(name in measures))
  if (unknown !== undefined) return refused(`no measure is called ${unknown}: ${Object.keys(measures).join(', ')}`)
  const missing = engineMissing()
  if (missing !== false) return refused(`no engine to measure on: ${missing}`)

  const report = await measured(names)
  process.stdout.write(values.json === true ? json(report) : `\n${table(report)}`)
  return report.failures.length === 0 && report.figures.every((figure) => isMet(figure) !== false) ? 0 : 1
}

async function measured(names: readonly string[]): Promise<Report> {
  const beganMs = performance.now()
  const figures: Figure[] = []
  const failures: { measure: string; why: string }[] = []
  for (const name of names) {
    process.stderr.write(`measuring ${name} ...\n`)
    try {
      const measured = (await measures[name]?.()) ?? []
      figures.push(...measured)
      process.stderr.write(lines(measured))
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      failures.push({ measure: name, why })
      process.stderr.write(`${name} failed: ${why}\n`)
    }
  }
  return { figures, failures, tookMs: performance.now() - beganMs }
}

function refused(why: string): number {
  process.stderr.write(`${why}\n`)
  return 2
}

// Ended by a signal, it leaves cleaning up to the janitor of each engine, which outlives it.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(130))
process.exit(await main())
