/** What an engine's own words mean for pods. */

import type { EngineReport } from '../../docker/index.js'
import { bad, good, poor, type Check } from './check.js'

const farMs = 2000
const daemonFile = '/etc/docker/daemon.json'
/** Of the engine that `npm start` runs where there is none (bin/private-engine.mjs). It does not read the machine's settings. */
const privateFolder = '/var/lib/podkeep-engine'

export interface Asked {
  /** When the engine was asked, and had answered. */
  readonly fromMs: number
  readonly untilMs: number
  readonly node: string
}

export function engineChecks(report: EngineReport, asked: Asked): Check[] {
  return [
    good('engine', `Docker ${report.version}, API ${report.apiVersion}${report.isRootless ? ', rootless' : ''}`),
    storage(report),
    logging(report.logDriver),
    good('cgroups', report.cgroupVersion === '' ? 'version not told' : `version ${report.cgroupVersion}`),
    limits(report),
    report.forwardsIPv4
      ? good('ip forwarding', 'on')
      : bad(
          'ip forwarding',
          'off: pods reach nothing outside, and published ports do not work',
          'sysctl -w net.ipv4.ip_forward=1',
        ),
    liveRestore(report),
    clock(report.clockMs, asked),
    others(report.containersByNode, asked.node),
    ...report.warnings
      .filter((warning) => !/blkio|swap limit/i.test(warning))
      .map((warning) => poor('engine warns', warning, 'docker info shows it too; its documentation tells what to do')),
  ]
}

const isPrivate = ({ dataRoot }: EngineReport): boolean => dataRoot.startsWith(`${privateFolder}/`)

function liveRestore(report: EngineReport): Check {
  const name = 'live restore'
  if (report.liveRestore) return good(name, 'on: pods run on while the engine restarts')
  if (isPrivate(report)) return good(name, 'off: npm run engine:stop, which ends the private engine, stops every pod')
  return poor(
    name,
    'off: a restart or upgrade of the engine stops every pod for that long',
    `put "live-restore": true into ${daemonFile}, then systemctl reload docker`,
  )
}

function storage(report: EngineReport): Check {
  const driver = report.storageDriver
  if (['vfs', 'devicemapper', 'aufs'].includes(driver)) {
    const capable = 'a file system for overlay2 (ext4, xfs with ftype=1)'
    const fix = isPrivate(report)
      ? `npm run engine:stop, then mount ${capable} on ${privateFolder}`
      : `put "storage-driver": "overlay2" into ${daemonFile}, on ${capable}`
    return poor('storage driver', `${driver}: slow, and every container is a whole copy of its image`, fix)
  }
  return good('storage driver', driver)
}

function logging(driver: string): Check {
  if (['json-file', 'local', 'journald'].includes(driver)) return good('log driver', driver)
  const fix = `put "log-driver": "json-file" into ${daemonFile}, then restart docker; it holds for new containers`
  return poor('log driver', `${driver}: "podkeep logs" may have nothing to read`, fix)
}

function limits({ limitsMemory, limitsCpu, isRootless }: EngineReport): Check {
  const lacking = [...(limitsMemory ? [] : ['memory']), ...(limitsCpu ? [] : ['cpu'])]
  if (lacking.length === 0) return good('limits', 'memory and cpu')
  const fix = isRootless
    ? 'delegate the controllers to the user: systemd, Delegate=cpu memory pids on user@.service'
    : 'turn the controllers on in the kernel command line: cgroup_enable=memory'
  return bad('limits', `the kernel does not limit ${lacking.join(' and ')}: resources.limits have no effect`, fix)
}

function clock(engineMs: number | null, { fromMs, untilMs }: Asked): Check {
  if (engineMs === null) return good('clock', 'the engine does not tell its time')
  const aheadMs = engineMs > untilMs ? engineMs - untilMs : engineMs < fromMs ? engineMs - fromMs : 0
  if (Math.abs(aheadMs) < farMs) return good('clock', 'this machine and the engine agree')
  const finding = `the engine's clock is ${Math.round(Math.abs(aheadMs) / 1000)} s ${aheadMs > 0 ? 'ahead' : 'behind'}: ages and back-off are wrong`
  return poor('clock', finding, 'timedatectl set-ntp true, on both machines')
}

function others(byNode: ReadonlyMap<string, number>, node: string): Check {
  const own = byNode.get(node) ?? 0
  const rest = [...byNode].filter(([name]) => name !== node)
  if (rest.length === 0) return good('containers', `${own} of this node, none of another`)
  const names = rest.map(([name, count]) => `${count} of node ${name}`).join(', ')
  const fix = `if that podkeep is gone for good: docker rm -f $(docker ps -aq --filter label=io.podkeep.node=${rest[0]?.[0] ?? ''})`
  return poor('containers', `${own} of this node (${node}), and ${names}, which nobody here looks after`, fix)
}
