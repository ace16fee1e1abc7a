/** The kubelet's own paths, in its shapes: its clients read these. */

import { spawnSync } from 'node:child_process'
import { connect } from 'node:net'
import t, { type Test } from 'tap'

import { Tally } from '../../../lib/http/index.js'
import { containerId, podKey, podUid, type V1ContainerState, type V1ContainerStatus } from '../../../lib/pod/index.js'
import type { ContainerReader, LogQuery, PodStatusEntry } from '../../../lib/ports/index.js'
import { eventually } from '../../support/eventually.js'
import { aMachine, aStatusServer, noLogs } from '../../support/status-server.js'

const [idA, idB] = ['a'.repeat(64), 'b'.repeat(64)]
const startedAt = '2026-01-02T03:04:05Z'
const running: V1ContainerState = { running: { startedAt } }
const ended = (id: string): V1ContainerState => ({
  terminated: { exitCode: 1, reason: 'Error', startedAt, finishedAt: startedAt, containerID: `docker://${id}` },
})

function container(name: string, fields: Partial<V1ContainerStatus> = {}): V1ContainerStatus {
  const image = { image: 'web:1', imageID: 'sha256:1' }
  return {
    name,
    state: running,
    lastState: {},
    ready: true,
    started: true,
    restartCount: 2,
    ...image,
    containerID: `docker://${idA}`,
    ...fields,
  }
}

function entry(name: string, containers: V1ContainerStatus[]): PodStatusEntry {
  const status = {
    phase: 'Running',
    conditions: [],
    startTime: startedAt,
    qosClass: 'BestEffort',
    containerStatuses: containers,
  } as const
  return { key: podKey('shop', name), manifest: null, uid: `uid-${name}`, status, desire: 'run', file: 'a.yaml' }
}

async function started(t: Test, rest: Parameters<typeof aStatusServer>[1] = {}) {
  const under = await aStatusServer(t, rest)
  under.board.entries = [
    entry('web', [container('app')]),
    entry('crashing', [
      container('app', { state: { waiting: { reason: 'CrashLoopBackOff' } }, lastState: ended(idB) }),
    ]),
    entry('new', [container('app', { state: { waiting: { reason: 'ContainerCreating' } } })]),
  ]
  const get = async (path: string): Promise<{ code: number; text: string; json: () => unknown }> => {
    const response = await fetch(`http://127.0.0.1:${under.server.port}${path}`)
    const text = await response.text()
    return { code: response.status, text, json: () => JSON.parse(text) as unknown }
  }
  return { ...under, get }
}

await t.test('/stats/summary has the shape of the kubelet’s, and rates from the second sample on', async (t) => {
  const { get } = await started(t)
  const answer = (await get('/stats/summary')).json()
  t.match(answer, {
    node: {
      nodeName: 'box',
      startTime: '2026-01-01T00:00:00Z',
      cpu: { time: /Z$/, usageCoreNanoSeconds: 5e9 },
      memory: {
        availableBytes: 4096 * 2 ** 20,
        usageBytes: 40 * 2 ** 20,
        workingSetBytes: 30 * 2 ** 20,
        pageFaults: 7,
      },
      network: { name: 'eth0', rxBytes: 10, interfaces: [{ name: 'eth0' }] },
      fs: { capacityBytes: 1e12, usedBytes: 5e11, inodesUsed: 100 },
      runtime: { imageFs: { capacityBytes: 1e12 } },
      rlimit: { maxpid: 32_768, curproc: 100 },
    },
    pods: [
      {
        podRef: { name: 'web', namespace: 'shop', uid: 'uid-web' },
        startTime: startedAt,
        containers: [
          {
            name: 'app',
            startTime: startedAt,
            cpu: { usageCoreNanoSeconds: 2e9 },
            memory: { workingSetBytes: 30 * 2 ** 20, rssBytes: 20 * 2 ** 20, psi: { some: { avg10: 1.5 } } },
            swap: { swapUsageBytes: 4096 },
            io: { psi: { full: { total: 1_000_000 } } },
            rootfs: { usedBytes: 8192, inodesUsed: 2, capacityBytes: 1e12 },
            logs: { usedBytes: 512, time: '2026-01-03T00:00:00Z' },
          },
        ],
        cpu: { usageCoreNanoSeconds: 2e9 },
        network: { name: 'eth0', txBytes: 20 },
        swap: { swapUsageBytes: 4096 },
        volume: [
          { name: 'data', usedBytes: 2048, capacityBytes: 1e12, inodesFree: 900 },
          { name: 'ram', usedBytes: 1024 },
        ],
        'ephemeral-storage': { usedBytes: 8192 + 512 + 2048, inodesUsed: 6 },
        process_stats: { process_count: 3 },
      },
      { podRef: { name: 'crashing' }, containers: [] },
      { podRef: { name: 'new' }, containers: [] },
    ],
  })
  t.notMatch(JSON.stringify(answer), /usageNanoCores/, 'there is no rate yet')
  const brief = (await get('/stats/summary?only_cpu_and_memory=true')).text
  t.notMatch(brief, /network|rlimit|"fs"|process_stats|rootfs|volume|"io"|ephemeral/)
})

await t.test('volumes of claims say whose they are, and those of hostPath are not measured', async (t) => {
  const asked: string[] = []
  const claimFolder: ContainerReader['claimFolder'] = ({ namespace, name }) => {
    asked.push(`${namespace}/${name}`)
    return noLogs.claimFolder({ namespace, name })
  }
  const { get, board } = await started(t, { reader: { ...noLogs, claimFolder } })
  const volumes = [
    { name: 'disk', persistentVolumeClaim: { claimName: 'db' } },
    { name: 'later', persistentVolumeClaim: { claimName: 'unused' } },
    { name: 'logs', hostPath: { path: '/var/log' } },
  ]
  const metadata = { name: 'web', namespace: 'shop' }
  const manifest = { apiVersion: 'v1', kind: 'Pod', metadata, spec: { volumes } } as const
  board.entries = ['web', 'again'].map((name) => ({ ...entry(name, [container('app')]), manifest }))
  const { pods } = (await get('/stats/summary')).json() as {
    pods: { volume: unknown[]; 'ephemeral-storage': object }[]
  }
  const disk = { name: 'disk', usedBytes: 4096, capacityBytes: 1e12, pvcRef: { name: 'db', namespace: 'shop' } }
  t.match(pods[0]?.volume, [{ name: 'data' }, { name: 'ram' }, disk])
  t.equal(pods[0]?.volume.length, 3)
  t.match(pods[1]?.volume, [disk])
  t.match(pods[1], { 'ephemeral-storage': { usedBytes: 8192 + 512 } }, 'what a claim holds outlives the pod')
  t.strictSame([...new Set(asked)].sort(), ['shop/db', 'shop/unused'])
  const lines = (await get('/metrics')).text.split('\n').filter((line) => line.startsWith('kubelet_volume_stats_'))
  const of = (name: string, value: number): string =>
    `kubelet_volume_stats_${name}{namespace="shop",persistentvolumeclaim="db"} ${value}`
  t.strictSame(lines, [
    ...[of('capacity_bytes', 1e12), of('available_bytes', 5e11), of('used_bytes', 4096)],
    ...[of('inodes', 1000), of('inodes_free', 900), of('inodes_used', 2)],
  ])
})

await t.test('a sample is shared for a moment, and nothing is read while nobody asks', async (t) => {
  let looks = 0
  const machine = { ...aMachine, machine: () => ((looks += 1), aMachine.machine()) }
  const { get } = await started(t, { machine })
  t.equal(looks, 0)
  await Promise.all(['/stats/summary', '/metrics/resource', '/metrics/cadvisor', '/node'].map(get))
  t.equal(looks, 1)
})

await t.test('/runningpods, /configz, /node and /spec', async (t) => {
  const { get, board } = await started(t)
  t.match((await get('/runningpods/')).json(), {
    kind: 'PodList',
    items: [
      {
        metadata: { name: 'web', namespace: 'shop', uid: 'uid-web' },
        spec: { containers: [{ name: 'app', image: 'web:1' }] },
      },
    ],
  })
  t.strictSame((await get('/configz')).json(), { kubeletconfig: { kind: 'KubeletConfiguration' } })
  const node = (await get('/node')).json()
  t.match(node, {
    kind: 'Node',
    apiVersion: 'v1',
    metadata: { name: 'box', labels: { 'kubernetes.io/arch': 'amd64' } },
    status: {
      capacity: { cpu: '2', memory: `${8192 * 1024}Ki`, pods: '110' },
      allocatable: { cpu: '2', memory: `${8092 * 1024}Ki`, 'ephemeral-storage': `${Math.floor(9e11 / 1024)}Ki` },
      nodeInfo: {
        containerRuntimeVersion: 'docker://20.10.24',
        kubeletVersion: 'podkeep/1.2.3',
        kernelVersion: '6.1.0',
      },
      addresses: [
        { type: 'InternalIP', address: '192.0.2.1' },
        { type: 'Hostname', address: 'box' },
      ],
    },
  })
  const conditions = async (): Promise<Record<string, string>> => {
    const { status } = (await get('/node')).json() as { status: { conditions: { type: string; status: string }[] } }
    return Object.fromEntries(status.conditions.map(({ type, status }) => [type, status]))
  }
  t.strictSame(await conditions(), {
    MemoryPressure: 'False',
    DiskPressure: 'False',
    PIDPressure: 'False',
    Ready: 'True',
  })
  board.now = { ready: false, checks: [{ name: 'engine', waitingFor: 'the engine' }] }
  t.equal((await conditions())['Ready'], 'False')
  t.match((await get('/spec/')).json(), { num_cores: 2, memory_capacity: 8192 * 2 ** 20, machine_id: 'm1' })
})

await t.test('metrics have the kubelet’s names', async (t) => {
  const tally = new Tally()
  const { get } = await started(t, { tally })
  tally.done('StartContainer', 'container', 120)
  tally.done('StartContainer', 'init_container', 120)
  tally.done('CreateSandbox', 'pod_sandbox', 1)
  tally.done('StartContainer', 'pod_sandbox', 300_000_000)
  tally.failed('PullImage', 'container', 'ErrImagePull', 50)
  tally.failed('StartContainer', 'init_container', 'RunContainerError', 100)
  tally.failed('RunHook', 'container', 'PostStartHookError', 0)
  tally.failed('RemoveContainer', 'container', 'RemoveContainerError', 5)
  tally.failed('StartContainer', 'pod_sandbox', 'CreatePodSandboxError', 1)
  tally.failed('CreateSandbox', 'pod_sandbox', 'CreatePodSandboxError', 1)
  tally.podStarted(700, 400)
  tally.podMet(3)
  tally.checked('readyz', 'engine', false)
  tally.checked('readyz', 'engine', true)
  tally.done('PullImage', 'container', 4000)
  const probe = { pod: podKey('shop', 'web'), uid: podUid('uid-web'), container: 'app', probe: 'liveness' } as const
  tally.probed({ ...probe, uid: podUid('uid-before') }, 'success', 1)
  for (const durationMs of [20, 20, 300]) tally.probed(probe, 'success', durationMs)
  tally.probed(probe, 'failure', 1000)
  const cadvisorLabels = `container="app",namespace="shop",pod="web",id="/docker/${idA}",image="web:1",name="${idA.slice(0, 12)}"`
  const probeLabels = 'probe_type="Liveness",container="app",namespace="shop",pod="web"'
  const pages = {
    '/metrics': [
      'kubelet_node_name{node="box"} 1',
      'kubelet_running_pods 3',
      'kubelet_running_containers{container_state="running"} 1',
      'kubelet_started_containers_total{container_type="container"} 2',
      'kubelet_started_containers_total{container_type="init_container"} 2',
      'kubelet_started_containers_errors_total{container_type="container",code="ErrImagePull"} 1',
      'kubelet_started_containers_errors_total{container_type="container",code="PostStartHookError"} 1',
      'kubelet_started_containers_errors_total{container_type="init_container",code="RunContainerError"} 1',
      'kubelet_runtime_operations_total{operation_type="start_container"} 3',
      'kubelet_runtime_operations_total{operation_type="pull_image"} 2',
      'kubelet_runtime_operations_errors_total{operation_type="pull_image"} 1',
      'kubelet_runtime_operations_errors_total{operation_type="start_container"} 1',
      'kubelet_runtime_operations_errors_total{operation_type="run_podsandbox"} 2',
      'kubelet_runtime_operations_duration_seconds_bucket{operation_type="start_container",le="0.078125"} 0',
      'kubelet_runtime_operations_duration_seconds_bucket{operation_type="start_container",le="0.1953125"} 3',
      'kubelet_runtime_operations_duration_seconds_bucket{operation_type="run_podsandbox",le="+Inf"} 3',
      'kubelet_runtime_operations_duration_seconds_count{operation_type="run_podsandbox"} 3',
      'kubelet_active_pods{static="true"} 3',
      'kubelet_started_pods_errors_total 2',
      'kubelet_started_pods_total 3',
      'kubelet_pod_start_duration_seconds_bucket{le="0.5"} 0',
      'kubelet_pod_start_duration_seconds_bucket{le="1"} 1',
      'kubelet_pod_start_sli_duration_seconds_bucket{le="0.5"} 1',
      'kubelet_containers_per_pod_count_bucket{le="2"} 0',
      'kubelet_containers_per_pod_count_bucket{le="4"} 1',
      'kubelet_image_pull_duration_seconds_bucket{image_size_in_bytes="N/A",le="5"} 1',
      'kubelet_container_log_filesystem_used_bytes{uid="uid-web",container="app",namespace="shop",pod="web"} 512',
      'kubelet_http_inflight_requests{method="GET",path="metrics",server_type="readonly",long_running="false"} 1',
      'podkeep_syncloop_healthy 1',
      'podkeep_container_restarts{namespace="shop",pod="web",container="app"} 2',
    ],
    '/metrics/resource': [
      'node_cpu_usage_seconds_total 5',
      'container_cpu_usage_seconds_total{container="app",namespace="shop",pod="web"} 2',
      `container_memory_working_set_bytes{container="app",namespace="shop",pod="web"} ${30 * 2 ** 20}`,
      'container_swap_usage_bytes{container="app",namespace="shop",pod="web"} 4096',
      'node_swap_usage_bytes 0',
      'pod_swap_usage_bytes{namespace="shop",pod="web"} 4096',
      'pod_cpu_usage_seconds_total{namespace="shop",pod="web"} 2',
      'resource_scrape_error 0',
    ],
    '/metrics/cadvisor': [
      'machine_cpu_cores 2',
      `container_fs_usage_bytes{${cadvisorLabels},device=""} 8192`,
      `container_cpu_cfs_throttled_periods_total{${cadvisorLabels}} 7`,
      `container_cpu_cfs_throttled_seconds_total{${cadvisorLabels}} 3`,
      `container_pressure_io_waiting_seconds_total{${cadvisorLabels}} 5`,
      `container_pressure_cpu_stalled_seconds_total{${cadvisorLabels}} 1`,
      `container_memory_swap{${cadvisorLabels}} 4096`,
      `container_memory_cache{${cadvisorLabels}} ${10 * 2 ** 20}`,
      `container_cpu_user_seconds_total{${cadvisorLabels}} 1.5`,
      `container_cpu_system_seconds_total{${cadvisorLabels}} 0.5`,
      `container_spec_cpu_shares{${cadvisorLabels}} 512`,
      `container_spec_cpu_quota{${cadvisorLabels}} 50000`,
      `container_spec_cpu_period{${cadvisorLabels}} 100000`,
      `container_oom_events_total{${cadvisorLabels}} 1`,
      `container_fs_reads_total{${cadvisorLabels},device="/dev/sda"} 1`,
      `container_fs_reads_bytes_total{${cadvisorLabels},device="/dev/sda"} 4096`,
      `container_fs_writes_total{${cadvisorLabels},device="/dev/sda"} 2`,
      `container_fs_writes_bytes_total{${cadvisorLabels},device="/dev/sda"} 8192`,
      'container_network_receive_packets_total{namespace="shop",pod="web",interface="eth0"} 3',
      'container_network_receive_packets_dropped_total{namespace="shop",pod="web",interface="eth0"} 1',
      'container_network_transmit_packets_total{namespace="shop",pod="web",interface="eth0"} 4',
      'container_network_transmit_packets_dropped_total{namespace="shop",pod="web",interface="eth0"} 2',
      'container_scrape_error 0',
      `container_network_receive_bytes_total{namespace="shop",pod="web",interface="eth0"} 10`,
      `container_memory_rss{${cadvisorLabels}} ${20 * 2 ** 20}`,
    ],
    '/metrics/slis': [
      'kubernetes_healthcheck{name="engine",type="readyz"} 1',
      'kubernetes_healthchecks_total{name="engine",status="success",type="readyz"} 1',
      'kubernetes_healthchecks_total{name="engine",status="error",type="readyz"} 1',
    ],
    '/metrics/probes': [
      `prober_probe_total{${probeLabels},pod_uid="uid-web",result="successful"} 3`,
      `prober_probe_total{${probeLabels},pod_uid="uid-web",result="failed"} 1`,
      `prober_probe_duration_seconds_bucket{${probeLabels},le="0.025"} 2`,
      `prober_probe_duration_seconds_bucket{${probeLabels},le="0.5"} 3`,
      `prober_probe_duration_seconds_count{${probeLabels}} 3`,
    ],
  }
  const untimed = (text: string): number => text.split('\n').filter((line) => !line.includes('_http_')).length
  for (const [path, lines] of Object.entries(pages)) {
    const { text } = await get(path)
    for (const line of lines) t.ok(text.split('\n').includes(line), `${path}: ${line}`)
    t.equal(untimed((await get(path)).text), untimed(text), 'nothing adds up from one answer to the next')
  }
})

await t.test('pods are counted by what is done with them, and by whether there is a manifest', async (t) => {
  const { get, board } = await started(t)
  const manifest = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web', namespace: 'shop' }, spec: {} } as const
  const [one, ...rest] = board.entries
  const ended = { ...one!.status, phase: 'Succeeded' } as const
  board.entries = [
    { ...one!, manifest },
    { ...one!, manifest, key: podKey('shop', 'going'), desire: 'remove' },
    { ...one!, manifest, key: podKey('shop', 'done'), status: ended },
    rest[0]!,
  ]
  const lines = (await get('/metrics')).text.split('\n').filter((line) => /^kubelet_working_pods.* [1-9]/.test(line))
  t.strictSame(lines, [
    'kubelet_working_pods{lifecycle="sync",config="desired",static="true"} 1',
    'kubelet_working_pods{lifecycle="terminated",config="desired",static="true"} 1',
    'kubelet_working_pods{lifecycle="terminating",config="orphan",static="true"} 1',
    'kubelet_working_pods{lifecycle="sync",config="runtime_only",static="unknown"} 1',
  ])
})

await t.test('probes are counted for as long as their pod lives, and nothing is told of none', async (t) => {
  const tally = new Tally()
  const { get } = await started(t, { tally })
  t.equal((await get('/metrics/probes')).text.trim(), '')
  const probe = { pod: podKey('shop', 'web'), uid: podUid('u'), container: 'app', probe: 'readiness' } as const
  tally.probed(probe, 'success', 1)
  t.match((await get('/metrics/probes')).text, /pod_uid="u",result="successful"\} 1$/m)
  t.notMatch((await get('/metrics/probes')).text, /^prober_probe_total \d/m)
  tally.podGone(probe.pod)
  t.equal((await get('/metrics/probes')).text.trim(), '')
})

await t.test(
  'POST /stats/summary is answered like GET; what would reach into a container is refused as by the kubelet',
  async (t) => {
    const { server } = await started(t)
    const ask = (method: string, path: string, body?: string) =>
      fetch(`http://127.0.0.1:${server.port}${path}`, {
        method,
        ...(body !== undefined && { body, headers: { 'content-type': 'application/json' } }),
      })
    for (const body of [undefined, '{"containerName": "/"}', 'x'.repeat(4096)]) {
      const answer = await ask('POST', '/stats/summary', body)
      t.equal(answer.status, 200)
      t.match(await answer.json(), { node: { nodeName: 'box' } })
    }
    t.equal((await ask('PUT', '/stats/summary')).status, 405)
    for (const path of [
      '/exec/shop/web/app?command=ls',
      '/attach/shop/web/app',
      '/run/shop/web/app',
      '/portForward/shop/web',
    ])
      for (const method of ['GET', 'POST']) {
        const answer = await ask(method, path)
        t.equal(answer.status, 405, `${method} ${path}`)
        t.match(await answer.json(), { reason: 'MethodNotAllowed', message: /^Debug endpoints are disabled\./ })
      }
  },
)

await t.test('requests are counted by their route, whatever clients make up', async (t) => {
  const { get } = await started(t)
  for (const path of ['/pods', '/pods/', '/pods?x=1', '/nowhere/1', '/nowhere/2', '/containerLogs/shop/none/app'])
    await get(path)
  const lines = (await get('/metrics')).text
    .split('\n')
    .filter((line) => line.startsWith('kubelet_http_requests_total'))
  const of = (path: string, long: boolean, count: number): string =>
    `kubelet_http_requests_total{method="GET",path="${path}",server_type="readonly",long_running="${long}"} ${count}`
  t.strictSame(lines, [
    of('pods', false, 3),
    of('other', false, 2),
    of('containerLogs', true, 1),
    of('metrics', false, 1),
  ])
})

await t.test('requests that are refused are counted too, under few labels', async (t) => {
  const { server, get } = await started(t)
  const port = server.port
  const send = (text: string): Promise<string> => answerTo(port, text)
  const head = (first: string, more = ''): string =>
    `${first} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n${more}\r\n`
  t.match(await send('GET /pods HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n'), /^HTTP\/1\.1 403 /)
  t.match(await send(head('GET /nowhere', 'Origin: http://evil.example\r\n')), /^HTTP\/1\.1 403 /)
  t.match(await send(head('POST /pods')), /^HTTP\/1\.1 405 /)
  t.match(await send(head('PROPFIND /pods')), /^HTTP\/1\.1 405 /)
  t.match(await send(head('REPORT /pods')), /^HTTP\/1\.1 405 /)
  t.match(await send(head('GET /pods', `X: ${'x'.repeat(20_000)}\r\n`)), /^HTTP\/1\.1 431 /)
  t.match(await send(head('GET /%zz')), /^HTTP\/1\.1 400 /)
  t.match(await send('nonsense\r\n\r\n'), /^HTTP\/1\.1 400 /)
  const text = (await get('/metrics')).text
  const counted = (method: string, path: string): number =>
    Number(
      text
        .split('\n')
        .find((line) => line.startsWith(`kubelet_http_requests_total{method="${method}",path="${path}",`))
        ?.split(' ')[1],
    )
  t.equal(counted('GET', 'pods'), 1, 'a foreign host')
  t.equal(counted('GET', 'other'), 1, 'a foreign origin, nowhere')
  t.equal(counted('POST', 'other'), 1)
  t.equal(counted('other', 'other'), 5, 'strange methods, and what is no request')
  t.notMatch(text, /PROPFIND|REPORT|evil/)
  t.match(
    text,
    'kubelet_http_inflight_requests{method="other",path="other",server_type="readonly",long_running="false"} 0',
  )
})

await t.test(
  'of what the kernel does not show the engine is asked, and does without what it does not answer',
  async (t) => {
    const asked: string[] = []
    const use = aMachine.container(containerId(idA))!
    const machine = { ...aMachine, container: () => null, volumes: () => [], folder: () => null }
    const reader = {
      ...noLogs,
      use: (id: string) => {
        asked.push(id)
        return id === idA ? Promise.resolve({ ...use, pid: null }) : Promise.reject(new Error('the engine is away'))
      },
      places: () => Promise.reject(new Error('the engine is away')),
    }
    const { get, board } = await started(t, { machine, reader })
    board.entries = [entry('web', [container('app'), container('other', { containerID: `docker://${idB}` })])]
    t.match((await get('/stats/summary')).json(), {
      pods: [
        {
          containers: [
            { name: 'app', cpu: { usageCoreNanoSeconds: 2e9 } },
            { name: 'other', cpu: undefined, rootfs: undefined },
          ],
        },
      ],
    })
    await get('/metrics/resource')
    t.strictSame(asked.sort(), [idA, idB], 'each once for all answers of a moment')
  },
)

const hasPromtool = spawnSync('promtool', ['--version']).status === 0
const promtoolName = 'promtool check metrics finds nothing on any page of metrics'
await t.test(
  hasPromtool ? promtoolName : `${promtoolName} (skipped: Debian's package prometheus is not installed)`,
  { skip: !hasPromtool },
  async (t) => {
    const tally = new Tally()
    const { get } = await started(t, { tally })
    tally.done('PullImage', 'container', 1)
    tally.failed('StartContainer', 'container', 'RunContainerError', 1)
    const probe = { pod: podKey('shop', 'web'), uid: podUid('u'), container: 'app', probe: 'startup' } as const
    tally.probed(probe, 'success', 1)
    await get('/readyz')
    for (const path of ['/metrics', '/metrics/resource', '/metrics/cadvisor', '/metrics/probes', '/metrics/slis']) {
      const { text } = await get(path)
      const checked = spawnSync('promtool', ['check', 'metrics'], { input: text, encoding: 'utf8' })
      t.match({ status: checked.status, said: checked.stdout + checked.stderr }, { status: 0, said: /^$/ }, path)
    }
  },
)

await t.test('the log of a container, by the kubelet’s parameters and codes', async (t) => {
  const asked: { id: string; query: LogQuery }[] = []
  const reader = {
    ...noLogs,
    log: (id: string, query: LogQuery) => {
      asked.push({ id, query })
      return Promise.resolve(lines(['one\n', 'two\n', 'three\n']))
    },
  }
  const { get } = await started(t, { reader })
  const base = '/containerLogs/shop'
  t.match(await get(`${base}/web/app`), { code: 200, text: 'one\ntwo\nthree\n' })
  t.match(asked.pop(), {
    id: idA,
    query: { follow: false, tailLines: null, sinceMs: null, timestamps: false, streams: 'all' },
  })
  await get(`${base}/web/app?follow=true&tailLines=5&timestamps=true&sinceTime=2026-01-02T03:04:05Z&stream=Stderr`)
  t.match(asked.pop(), {
    query: { follow: true, tailLines: 5, timestamps: true, sinceMs: Date.parse(startedAt), streams: 'stderr' },
  })
  await get(`${base}/web/app?tail=all`)
  t.match(asked.pop(), { query: { tailLines: null } })
  t.match(await get(`${base}/web/app?limitBytes=6`), { code: 200, text: /^one\ntw$/ })
  t.match(await get(`${base}/crashing/app`), { code: 200 })
  t.equal(asked.pop()?.id, idB, 'of one that waits, its last run')
  await get(`${base}/crashing/app?previous=true`)
  t.equal(asked.pop()?.id, idB)
  const refusals: [string, number, string][] = [
    ['/web/app?previous=true', 400, 'previous terminated container "app" in pod "web" not found'],
    ['/new/app', 400, 'container "app" in pod "new" is waiting to start: ContainerCreating'],
    ['/none/app', 404, 'pod "none" not found'],
    ['/web/none', 404, 'container "none" not found in pod "web"'],
    ['/web/app?follow=maybe', 400, 'follow: "maybe" is neither true nor false'],
    ['/web/app?tailLines=x', 400, 'tailLines: "x" is not a whole number'],
    ['/web/app?tailLines=-1', 422, 'tailLines: Invalid value: -1: must be greater than or equal to 0'],
    ['/web/app?limitBytes=0', 422, 'limitBytes: Invalid value: 0: must be greater than 0'],
    ['/web/app?sinceSeconds=0', 422, 'sinceSeconds: Invalid value: 0: must be greater than 0'],
    [
      '/web/app?sinceSeconds=1&sinceTime=2026-01-02T03:04:05Z',
      422,
      'at most one of `sinceTime` or `sinceSeconds` may be specified',
    ],
    ['/web/app?stream=Both', 422, 'stream: Unsupported value: "Both": supported values: "All", "Stderr", "Stdout"'],
  ]
  for (const [path, code, message] of refusals) {
    const answer = await get(base + path)
    t.match({ code: answer.code, json: answer.json() }, { code, json: { kind: 'Status', code, message } }, path)
  }
})

await t.test('a log is read no faster than it is taken, ends with its reader, and there are so many', async (t) => {
  let [taken, open] = [0, 0]
  const reader = {
    ...noLogs,
    log: (_id: string, _query: LogQuery, signal: AbortSignal) => {
      open += 1
      signal.addEventListener('abort', () => (open -= 1))
      return Promise.resolve(endless(() => (taken += 1)))
    },
  }
  const { server, get } = await started(t, { reader })
  const url = `http://127.0.0.1:${server.port}/containerLogs/shop/web/app`
  const leaving = new AbortController()
  const followers = await Promise.all(Array.from({ length: 32 }, () => fetch(url, { signal: leaving.signal })))
  t.ok(followers.every(({ status }) => status === 200))
  t.match(await get('/containerLogs/shop/web/app'), { code: 429, text: /32 logs are being read/ })
  let before = -1
  await eventually(async () => {
    const isStill = taken === before
    before = taken
    await new Promise((resolve) => setTimeout(resolve, 500))
    return isStill
  })
  t.ok(taken * 65_536 < 32 * 16 * 2 ** 20, `${taken} pieces were taken for readers that read nothing`)
  leaving.abort()
  await eventually(() => open === 0)
  const again = await fetch(url)
  t.equal(again.status, 200)
  await again.body?.cancel()
})

await t.test('whoever takes nothing of a log is let go, and makes room for others', async (t) => {
  let open = 0
  const reader = {
    ...noLogs,
    log: (_id: string, _query: LogQuery, signal: AbortSignal) => {
      open += 1
      signal.addEventListener('abort', () => (open -= 1))
      return Promise.resolve(endless(() => undefined))
    },
  }
  const { server, get } = await started(t, { reader, pace: { heartbeatMs: 1000, patienceMs: 300 } })
  const deaf = Array.from({ length: 32 }, () => {
    const socket = connect({ host: '127.0.0.1', port: server.port })
    socket.on('error', () => undefined).pause()
    socket.write('GET /containerLogs/shop/web/app HTTP/1.1\r\nHost: localhost\r\n\r\n')
    return socket
  })
  t.teardown(() => {
    for (const socket of deaf) socket.destroy()
  })
  await eventually(() => open > 0)
  await eventually(() => open === 0)
  t.match(await get('/containerLogs/shop/web/app?limitBytes=5'), { code: 200, text: 'xxxxx' })
})

async function* lines(all: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const line of all) yield await Promise.resolve(Buffer.from(line))
}

async function* endless(take: () => void): AsyncGenerator<Uint8Array> {
  const piece = Buffer.alloc(65_536, 'x')
  for (;;) {
    take()
    yield await Promise.resolve(piece)
  }
}

function answerTo(port: number, request: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = ''
    const socket = connect({ host: '127.0.0.1', port }, () => socket.write(request))
    socket.setEncoding('latin1').on('data', (chunk: string) => (answer += chunk))
    socket.on('error', reject).on('close', () => resolve(answer))
  })
}
