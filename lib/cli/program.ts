/** The command line: what can be typed, and the help that teaches it. */

import { Argument, Command, Option } from 'commander'

import { exitCodeHelp, type ExitCode } from './exit-code.js'
import { rootDirectoryRow, runOptions, type Flags, type OptionRow } from './run-options.js'

/** What each command does; each answers with the exit code. */
export interface Commands {
  run(flags: Flags): Promise<ExitCode>
  getPods(name: string | undefined, flags: Flags): Promise<ExitCode>
  getManifests(flags: Flags): Promise<ExitCode>
  validate(paths: readonly string[], flags: Flags): Promise<ExitCode>
  version(): ExitCode
}

export function podkeepProgram(commands: Commands, version: string, end: (code: ExitCode) => void): Command {
  const program = new Command('podkeep')
    .description(
      "Keeps the pods of a manifest directory running on a Docker Engine: the kubelet's standalone mode without Kubernetes.",
    )
    .version(version, '-V, --version')
    .showSuggestionAfterError()
    .showHelpAfterError('  hint: "podkeep help" tells what can be typed')
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'podkeep: ')) })
    .addHelpText('after', `${firstSteps}\n\n${exitCodeHelp}\n`)
    .exitOverride()
  addRun(program, commands, end)
  addGet(program, commands, end)
  addValidate(program, commands, end)
  program
    .command('version')
    .description("print podkeep's version")
    .action(() => {
      end(commands.version())
    })
  return program
}

const firstSteps = `
Examples:
  podkeep run                            keep the pods of the default directory running
  podkeep run --manifests ./pods         ... of another one
  podkeep validate ./pods                check manifests, no engine needed
  podkeep get pods                       what runs, as kubectl would show it
  podkeep get manifests                  what is wrong with which file

"podkeep help run" explains the settings.`

const runHelp = `
Each flag is a variable too; a flag wins. DOCKER_HOST, DOCKER_TLS_VERIFY and DOCKER_CERT_PATH say where the engine is, as for
docker itself; without DOCKER_HOST it is /var/run/docker.sock, or rootless Docker's socket where only that one may be used.

Put a Pod manifest into the directory and its pod runs; edit the file and what changed is replaced; remove the file and the pod
is stopped. A broken edit changes nothing: the pod stays as it was, and the log and "podkeep get manifests" name the line.

SIGTERM and Ctrl-C end podkeep and leave the pods running (--stop-pods stops them first; a second signal gives up waiting).
SIGHUP ends it when it runs on a terminal; otherwise it is not needed, for manifests are watched.

Examples:
  podkeep run --manifests ./pods --root-dir ./state
  DOCKER_HOST=tcp://box:2376 DOCKER_TLS_VERIFY=1 podkeep run
  podkeep run --port 0 --log-format json
`

function addRun(program: Command, commands: Commands, end: (code: ExitCode) => void): void {
  const run = program.command('run').description('keep the pods of a directory running, until told to end')
  for (const row of Object.values(runOptions)) run.addOption(optionOf(row))
  run.showHelpAfterError('  hint: "podkeep help run" lists the settings, such as --manifests <dir>')
  run.addHelpText('after', `${runHelp}\n${exitCodeHelp}\n`).action(async (flags: Flags) => {
    end(await commands.run(flags))
  })
}

function addGet(program: Command, commands: Commands, end: (code: ExitCode) => void): void {
  const get = program.command('get').description('show what a running podkeep does')
  const pods = get
    .command('pods')
    .aliases(['pod', 'po'])
    .description('the pods and how they are')
    .addArgument(new Argument('[name]', 'only this pod: name, or namespace/name'))
    .addOption(new Option('-n, --namespace <namespace>', 'only this namespace (default: all)'))
    .addOption(new Option('-o, --output <format>', 'wide or json').choices(['wide', 'json']))
  addServer(pods)
    .addHelpText('after', podsHelp)
    .action(async (name: string | undefined, flags: Flags) => {
      end(await commands.getPods(name, flags))
    })
  const manifests = get
    .command('manifests')
    .alias('manifest')
    .description('the files of the manifests directory, and what is wrong with which')
    .addOption(new Option('-o, --output <format>', 'json').choices(['json']))
  addServer(manifests)
    .addHelpText('after', manifestsHelp)
    .action(async (flags: Flags) => {
      end(await commands.getManifests(flags))
    })
}

const podsHelp = `
STATUS is what kubectl shows (Running, CrashLoopBackOff, ImagePullBackOff ...). "Running,Held" means that the manifest is
broken and the pod stays as it was.

Examples:
  podkeep get pods -o wide
  podkeep get pods web -n default -o json
`

const manifestsHelp = `
STATE: ok (in force), held (broken, what it last said well stays in force), refused (broken, nothing of it runs), ignored (not
a manifest).
`

function addServer(command: Command): Command {
  return command
    .addOption(optionOf(rootDirectoryRow))
    .option('--server <url>', 'ask there instead: http://127.0.0.1:10255 or unix:///PATH  [env PODKEEP_SERVER]')
}

function addValidate(program: Command, commands: Commands, end: (code: ExitCode) => void): void {
  program
    .command('validate')
    .description('check manifests as "podkeep run" would read them; needs no engine')
    .argument('<path...>', 'files, directories, or - for standard input')
    .option('-v, --verbose', 'list ignored files too')
    .addOption(new Option('-o, --output <format>', 'json').choices(['json']))
    .addHelpText('after', validateHelp)
    .action(async (paths: readonly string[], flags: Flags) => {
      end(await commands.validate(paths, flags))
    })
}

const validateHelp = `
Prints each problem as file:line:column: field: what is wrong (what was probably meant). Exit code 0 when there is none, 1 when
there is one.

Examples:
  podkeep validate /etc/podkeep/manifests
  podkeep validate web.yaml.new && mv web.yaml.new /etc/podkeep/manifests/web.yaml
  kubectl run web --image=nginx --dry-run=client -o yaml | podkeep validate -
`

function optionOf({ flag, meaning, defaultMeaning, variable, kubelet }: OptionRow<unknown>): Option {
  const known = kubelet === null ? '' : `; kubelet: ${kubelet}`
  return new Option(flag, `${meaning}  [default: ${defaultMeaning}; env ${variable}${known}]`)
}
