/** `podkeep run`: what can be set. */

import type { Command } from 'commander'

import { exitCodeHelp } from '../exit-code.js'
import { optionOf } from '../options.js'
import { configFileRow, resolveRunConfig, runOptions, type Flags } from '../run-options.js'
import { staySmall } from '../stay-small.js'
import type { Session } from '../verb.js'

const runHelp = `
Each flag is a variable too; a flag wins, then the variable, then what --config names. DOCKER_HOST, DOCKER_TLS_VERIFY and DOCKER_CERT_PATH say where the engine is, as for
docker itself; without DOCKER_HOST it is /var/run/docker.sock, or rootless Docker's socket where only that one may be used.

Put a Pod manifest into the directory and its pod runs; edit the file and what changed is replaced; remove the file and the pod
is stopped. A broken edit changes nothing: the pod stays as it was, and the log and "podkeep get manifests" name the line.

SIGTERM and Ctrl-C end podkeep and leave the pods running (--stop-pods stops them first; a second signal gives up waiting).
SIGHUP ends it when it runs on a terminal; otherwise it is not needed, for manifests are watched. Under systemd with
Type=notify podkeep says when it is ready, and that it still turns when the unit has a WatchdogSec.

Examples:
  podkeep run --manifests ./pods --root-dir ./state
  DOCKER_HOST=tcp://box:2376 DOCKER_TLS_VERIFY=1 podkeep run
  podkeep run --port 0 --log-format json
`

export function declare(command: Command, { surroundings, end }: Session): void {
  for (const row of [...Object.values(runOptions), configFileRow]) command.addOption(optionOf(row))
  command.showHelpAfterError('  hint: "podkeep help run" lists the settings, such as --manifests <dir>')
  command.addHelpText('after', `${runHelp}\n${exitCodeHelp}\n`).action(async (flags: Flags) => {
    staySmall()
    const [{ run }, { readSettingsFile }] = await Promise.all([import('../run.js'), import('../settings-file.js')])
    const file = readSettingsFile(flags, surroundings)
    const config = resolveRunConfig(flags, surroundings, file ?? undefined)
    end(await run(config, surroundings, file))
  })
}
