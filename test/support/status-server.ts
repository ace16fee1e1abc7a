/** A status server over ports that a test can tell what to say. */

import type { Test } from 'tap'

import { startStatusServer, Tally, type StatusServer, type StatusServerOptions } from '../../lib/http/index.js'
import { nodeIdentity } from '../../lib/pod/index.js'
import type { ContainerReader, FolderUse, MachineReader, MachineUse } from '../../lib/ports/index.js'
import { aBoard, aHistory, type TestBoard, type TestHistory } from './board.js'
import { silentLogger } from './logger.js'

const mebibyte = 2 ** 20
const memory = {
  usageBytes: 40 * mebibyte,
  workingSetBytes: 30 * mebibyte,
  rssBytes: 20 * mebibyte,
  cacheBytes: 10 * mebibyte,
  pageFaults: 7,
  majorPageFaults: 1,
  limitBytes: null,
}
const share = { totalMicros: 5_000_000, avg10: 1.5, avg60: 0.5, avg300: 0 }
const pressure = { some: share, full: { ...share, totalMicros: 1_000_000 } }
const disk = { capacityBytes: 1e12, availableBytes: 5e11, usedBytes: 5e11, inodes: 1000, inodesFree: 900 }
const eth0 = {
  name: 'eth0',
  ...{ rxBytes: 10, rxPackets: 3, rxErrors: 0, rxDropped: 1 },
  ...{ txBytes: 20, txPackets: 4, txErrors: 0, txDropped: 2 },
}

function machineUse(): MachineUse {
  return {
    atMs: Date.now(),
    bootAtMs: Date.UTC(2026, 0, 1),
    cpuNanos: 5e9,
    memory: { ...memory, totalBytes: 8192 * mebibyte, availableBytes: 4096 * mebibyte },
    swap: { usageBytes: 0, availableBytes: mebibyte },
    pressures: { cpu: pressure, memory: null, io: pressure },
    interfaces: [eth0],
    defaultInterface: 'eth0',
    disk,
    maxPid: 32_768,
    processCount: 100,
  }
}

function folderOf(usedBytes: number): FolderUse {
  return { atMs: Date.UTC(2026, 0, 3), usedBytes, inodesUsed: 2, disk, isTmpfs: false }
}

/** Every container uses the same. */
export const aMachine: MachineReader = {
  facts: () => ({
    cpus: 2,
    memoryBytes: 8192 * mebibyte,
    machineId: 'm1',
    systemUuid: 's1',
    bootId: 'b1',
    kernelVersion: '6.1.0',
    osImage: 'Debian',
    architecture: 'amd64',
  }),
  machine: () => Promise.resolve(machineUse()),
  container: () => ({
    atMs: Date.now(),
    cpuNanos: 2e9,
    userCpuNanos: 1.5e9,
    systemCpuNanos: 5e8,
    cpuLimits: { shares: 512, periodMicros: 100_000, quotaMicros: 50_000 },
    devices: [{ device: 'sda', readCount: 1, readBytes: 4096, writeCount: 2, writtenBytes: 8192 }],
    oomKillCount: 1,
    throttling: { periods: 100, throttledPeriods: 7, throttledNanos: 3e9 },
    memory,
    swap: { usageBytes: 4096, availableBytes: null },
    pressures: { cpu: pressure, memory: pressure, io: pressure },
    processCount: 3,
    pid: 42,
  }),
  volumes: (uid) =>
    uid === 'uid-web'
      ? [
          { name: 'data', ...folderOf(2048) },
          { name: 'ram', ...folderOf(1024), isTmpfs: true },
        ]
      : [],
  folder: (path) => folderOf(path.endsWith('.log') ? 512 : path.startsWith('/claims/') ? 4096 : 8192),
  measured: () => Promise.resolve(),
  interfaces: () => [eth0],
}

export const noLogs: ContainerReader = {
  log: () => Promise.reject(new Error('no log is there')),
  use: () => Promise.resolve(null),
  places: () => Promise.resolve({ logFile: '/logs/x.log', writableFolder: '/overlay/x' }),
  claimFolder: ({ name }) => Promise.resolve(name === 'unused' ? null : `/claims/${name}`),
}

export interface ServerUnderTest {
  readonly board: TestBoard
  readonly history: TestHistory
  readonly server: StatusServer & { readonly port: number }
}

export async function aStatusServer(
  t: Test,
  rest: Partial<StatusServerOptions> & { readonly board?: TestBoard; readonly history?: TestHistory } = {},
): Promise<ServerUnderTest> {
  const board = rest.board ?? aBoard({ entries: [], manifests: { directory: '/manifests', problem: null, files: [] } })
  const history = rest.history ?? aHistory()
  const server = await startStatusServer({
    reader: noLogs,
    machine: aMachine,
    nodeLabels: nodeIdentity('box', 'amd64', {}).labels,
    tally: new Tally(),
    version: '1.2.3',
    nodeName: 'box',
    hostIP: '192.0.2.1',
    config: { kubeletconfig: { kind: 'KubeletConfiguration' } },
    address: '127.0.0.1',
    port: 0,
    tls: null,
    tokenFile: null,
    socketPath: null,
    logger: silentLogger,
    ...rest,
    board,
    history,
  })
  t.teardown(() => server.close())
  return { board, history, server: { ...server, port: server.port ?? 0 } }
}
