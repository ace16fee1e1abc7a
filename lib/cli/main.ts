/** From what was typed to an exit code. What only one command needs is loaded by that command. */

import { CommanderError } from 'commander'

import { CommandError } from './command-error.js'
import { exitCode, type ExitCode } from './exit-code.js'
import { podkeepProgram, type Commands } from './program.js'
import { printable } from './printable.js'
import { resolveOption, resolveRunConfig, rootDirectoryRow, type Flags } from './run-options.js'
import { ask, parseServer, socketPath, type StatusAddress } from './status-client.js'
import { lookAround, type Surroundings } from './surroundings.js'
import { processTerminal, type Terminal } from './terminal.js'
import { PodkeepError } from '../pod/index.js'
import { podkeepVersion } from './version.js'

/** @param argv as in process.argv: without its first two words, what was typed */
export async function main(argv: readonly string[]): Promise<ExitCode> {
  const terminal = processTerminal()
  let code: ExitCode = exitCode.ok
  const program = podkeepProgram(podkeepCommands(lookAround(), terminal), podkeepVersion(), (ended) => {
    code = ended
  })
  try {
    if (argv.length <= 2) program.outputHelp()
    else await program.parseAsync(argv)
  } catch (error) {
    code = told(error, terminal)
  }
  const loss = await terminal.written()
  if (loss === null) return code
  terminal.note(`podkeep: cannot write the output: ${loss.message}\n`)
  await terminal.written()
  return exitCode.unavailable
}

function podkeepCommands(surroundings: Surroundings, terminal: Terminal): Commands {
  return {
    run: async (flags) => {
      const config = resolveRunConfig(flags, surroundings)
      const { run } = await import('./run.js')
      return run(config, surroundings)
    },
    getPods: async (name, flags) => {
      const { showPods } = await import('./get-pods.js')
      const answer = await ask(statusAddresses(flags, surroundings), '/pods')
      const output = flags['output'] === 'json' ? 'json' : flags['output'] === 'wide' ? 'wide' : 'table'
      const namespace = typeof flags['namespace'] === 'string' ? flags['namespace'] : null
      return showPods(answer, { name: name ?? null, namespace, output }, Date.now(), terminal)
    },
    getManifests: async (flags) => {
      const { showManifests } = await import('./get-manifests.js')
      const answer = await ask(statusAddresses(flags, surroundings), '/manifests')
      return showManifests(answer, flags['output'] === 'json' ? 'json' : 'table', terminal)
    },
    validate: async (paths, flags) => {
      const [{ validate }, { printValidation, validationJson }, { readInput }] = await Promise.all([
        import('./validate.js'),
        import('./validate-text.js'),
        import('./read-input.js'),
      ])
      const validation = await validate(paths, readInput)
      if (flags['output'] === 'json') terminal.out(validationJson(validation))
      else printValidation(validation, flags['verbose'] === true, terminal)
      return validation.problemCount === 0 ? exitCode.ok : exitCode.problem
    },
    version: () => {
      terminal.out(`${podkeepVersion()}\n`)
      return exitCode.ok
    },
  }
}

/** Where a podkeep may be asked: at the place that was named, or else the user's own, the system's, the default port. */
function statusAddresses(flags: Flags, surroundings: Surroundings): StatusAddress[] {
  const server = flags['server'] ?? surroundings.env['PODKEEP_SERVER']
  if (typeof server === 'string' && server !== '') return [parseServer(server)]
  const rootDirectory = resolveOption(rootDirectoryRow, flags, surroundings)
  const own: StatusAddress = { kind: 'socket', path: socketPath(rootDirectory) }
  const isNamed = flags['rootDir'] !== undefined || (surroundings.env[rootDirectoryRow.variable] ?? '') !== ''
  if (isNamed) return [own]
  const system = surroundings.isRoot ? [] : [parseServer('unix:///var/lib/podkeep/podkeep.sock')]
  return [own, ...system, parseServer('http://127.0.0.1:10255')]
}

function told(error: unknown, terminal: Terminal): ExitCode {
  // commander has printed its message by itself; its code 0 is help and version that were asked for.
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCode.ok : exitCode.usage
  if (error instanceof CommandError) {
    const lines = error.message.split('\n').map(printable).join('\n')
    terminal.note(`podkeep: ${lines}\n${error.hint === null ? '' : `  hint: ${printable(error.hint)}\n`}`)
    return error.exitCode
  }
  if (error instanceof PodkeepError) {
    terminal.note(`podkeep: ${printable(error.message)}\n  hint: ${printable(error.hint)}\n`)
    return exitCode.unavailable
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error)
  terminal.note(`podkeep: this is a bug: ${stack}\n`)
  return exitCode.bug
}
