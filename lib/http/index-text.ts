/** What a person sees who opens the address: what is here, and what to type. */

export const paths = [
  { path: '/healthz', what: 'ok while podkeep answers (also /livez)' },
  { path: '/livez', what: 'the same under its newer name' },
  { path: '/readyz', what: 'ok when the engine answers and the manifests were read; else 503 and what is awaited' },
  { path: '/pods', what: 'the pods as a v1 PodList, with their status' },
  { path: '/manifests', what: 'each manifest file: in force, held or refused, and what is wrong with it' },
  { path: '/events', what: 'what happened, as a v1 EventList (?pod= ?namespace= ?since=10m)' },
  { path: '/plans', what: 'what each pod waits for, and what is being done (?pod=)' },
  { path: '/revisions', what: 'the manifests each pod had, and what became of them (?pod=)' },
  { path: '/stream', what: 'all of this as it changes, as server-sent events' },
  {
    path: '/containerLogs',
    what: '/NAMESPACE/POD/CONTAINER: what it wrote (?follow ?previous ?tailLines= ?sinceSeconds= ...)',
  },
  { path: '/stats/summary', what: 'what the machine and the containers use (?only_cpu_and_memory)' },
  {
    path: '/metrics',
    what: 'for Prometheus; also /metrics/resource, /metrics/cadvisor, /metrics/probes, /metrics/slis',
  },
  { path: '/runningpods/', what: 'the pods of which something runs' },
  { path: '/node', what: 'this machine as a v1 Node; /spec/ as cAdvisor tells it' },
  { path: '/configz', what: 'what podkeep was told, in the kubelet’s words' },
  { path: '/openapi.json', what: 'these paths for programs' },
] as const

export function indexText(nodeName: string, version: string): string {
  const width = Math.max(...paths.map(({ path }) => path.length)) + 2
  const lines = paths.map(({ path, what }) => `  ${path.padEnd(width)}${what}`)
  return `podkeep ${version} on ${nodeName}

${lines.join('\n')}

/healthz, /livez and /readyz take ?verbose; /healthz/syncloop is one check alone. Everything is read-only: pods are changed through their manifests.
The same for people: podkeep get pods
`
}
