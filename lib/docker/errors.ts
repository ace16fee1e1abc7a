/**
 * What the engine says, as podkeep's error codes: the one place that knows Docker's words. A rule fits by the kind of call,
 * the status and a pattern; the first that fits wins. Seen with Docker 20.10.24 unless a rule says otherwise.
 */

import { PodkeepError, type ErrorCode } from '../pod/index.js'
import { EngineAnswer, NoAnswer } from './modem.js'

export type Call = 'look' | 'create' | 'start' | 'change' | 'pull' | 'exec'

interface Rule {
  readonly code: ErrorCode
  readonly words?: RegExp
  readonly status?: number
  readonly calls?: readonly Call[]
}

/** Only a share of another machine is mounted for a volume, or has an address to look up. */
const unmountedShare = /error while mounting volume .*(failed to mount local volume|(network|nfs) volume address)/i

const answers: readonly Rule[] = [
  { code: 'DISK_FULL', words: /no space left on device|disk quota exceeded/i },

  { calls: ['create', 'start'], code: 'NFS_FAILED', words: unmountedShare },

  { calls: ['pull'], code: 'REGISTRY_THROTTLED', words: /toomanyrequests|too many requests|rate limit/i },
  // Docker Hub tells a missing repository and a private one by the same words, and means either.
  // The last three are of containerd's image store, and of a registry that answers in HTML.
  {
    calls: ['pull'],
    code: 'IMAGE_FORBIDDEN',
    words:
      /denied|unauthorized|authentication required|no basic auth|authorization failed|403 forbidden|HTTP 40[13] response/i,
  },
  // Podman, by its policy.json; Docker has no such thing.
  {
    calls: ['pull'],
    code: 'IMAGE_REJECTED',
    words: /source image rejected|signature was required|invalid signature|signature validation/i,
  },
  {
    calls: ['pull'],
    code: 'IMAGE_DAMAGED',
    words: /verification failed for digest|unexpected commit digest|digest (did not match|mismatch)/i,
  },
  { calls: ['pull'], code: 'IMAGE_NAME_INVALID', words: /invalid reference format|repository name must/i },
  // "no matching manifest for linux/arm64": it is there, but not for this machine.
  { calls: ['pull'], code: 'IMAGE_NOT_FOUND', words: /manifest unknown|not found|no matching manifest|name unknown/i },
  {
    calls: ['pull'],
    code: 'REGISTRY_UNAVAILABLE',
    words:
      /dial tcp|lookup |no such host|connection (refused|reset)|time(d )?out|deadline exceeded|unreachable|x509|tls:|HTTPS client|unexpected (EOF|HTTP|status)|\bEOF\b|request canceled|proxyconnect|(502|503|504) /i,
  },
  { calls: ['pull'], code: 'IMAGE_NOT_FOUND', status: 404 },

  { calls: ['create', 'look'], code: 'IMAGE_NAME_INVALID', words: /invalid reference format|repository name must/i },
  { calls: ['create'], code: 'IMAGE_ABSENT', words: /no such image|image not known/i },
  {
    calls: ['create', 'start'],
    code: 'MOUNT_FAILED',
    words:
      /invalid mount config|bind source path does not exist|error mounting|error while creating mount source path|mount(ing)? .* caused/i,
  },
  {
    calls: ['start'],
    code: 'PORT_IN_USE',
    words: /port is already allocated|address already in use|ports are not available/i,
  },
  {
    calls: ['create', 'start'],
    code: 'SANDBOX_NOT_RUNNING',
    words:
      /(join|joining) (the )?(network|ipc|pid)\b.*(non[- ]running|not running|no such container)|cannot join (network|IPC|PID) of/i,
  },
  // Docker 20.10 at create, when the container whose namespaces are to be joined is gone.
  { calls: ['create'], code: 'SANDBOX_NOT_RUNNING', words: /no such container|no container with name or id/i },
  {
    calls: ['create', 'start'],
    code: 'DEVICE_UNAVAILABLE',
    words:
      /could not select device driver|gathering device information|CDI device injection failed|unresolvable CDI devices/i,
  },
  {
    calls: ['start'],
    code: 'COMMAND_CANNOT_RUN',
    words:
      /executable file not found|exec format error|no command specified|exec:? .*(no such file|permission denied|is a directory)|unable to start container process.*(no such file|permission denied|is a directory|chdir)|chdir to cwd|workdir .* is not a directory|unable to find user|no such file or directory: unknown/i,
  },
  // runc, where the engine does not refuse so little before: Podman.
  { calls: ['start'], code: 'ENGINE_REFUSED', words: /unable to set memory limit to/i },
  // An engine that lacks a capability itself (nested in a container) cannot give it.
  { calls: ['start'], code: 'ENGINE_REFUSED', words: /unable to apply caps/i },
  {
    calls: ['create'],
    code: 'COMMAND_CANNOT_RUN',
    words: /no command specified|working directory .* is invalid|cannot mkdir: .* is not a directory/i,
  },
  {
    code: 'CONTAINER_GONE',
    words: /no such container|no container with name or id|marked for removal|removal of container|is dead/i,
  },
  // Of a path that the engine does not know: Podman before 4.3 changes no limits.
  { code: 'ENGINE_REFUSED', status: 404, words: /^(page )?not found$/i },
  { calls: ['start', 'change', 'exec'], code: 'CONTAINER_GONE', status: 404 },
  // "Container 1a2b is not running". Podman: "container state improper".
  { calls: ['exec'], code: 'CONTAINER_GONE', words: /is not running|state improper/i },

  // Docker: "You cannot remove a running container ... Stop the container before attempting removal or force remove".
  // Podman: "cannot remove container ... as it is running".
  {
    calls: ['change'],
    code: 'CONTAINER_RUNNING',
    words: /cannot remove .*(running|paused)|container is (running|paused)/i,
  },

  { code: 'ENGINE_TOO_OLD', status: 400, words: /client version .* is too (new|old)/i },
  { code: 'ENGINE_FORBIDDEN', status: 401 },
  { code: 'ENGINE_REFUSED', status: 400 },
  { code: 'ENGINE_REFUSED', status: 403 },
  { code: 'ENGINE_REFUSED', status: 404 },
  { code: 'ENGINE_REFUSED', status: 409 },
]

const silences: Readonly<Record<string, ErrorCode>> = {
  EACCES: 'ENGINE_FORBIDDEN',
  EPERM: 'ENGINE_FORBIDDEN',
  DEADLINE: 'ENGINE_TIMEOUT',
  ETIMEDOUT: 'ENGINE_TIMEOUT',
  UNREADABLE: 'ENGINE_FAULT',
  HPE_INVALID_CONSTANT: 'ENGINE_FAULT',
}

/** @param doing what podkeep was doing: `start container web of default/shop` */
export function engineError(call: Call, doing: string, error: unknown): PodkeepError {
  if (error instanceof PodkeepError) return error
  if (error instanceof EngineAnswer) {
    return new PodkeepError(codeOf(call, error.status, error.message), `${doing}: ${cleaned(error.message)}`, {
      cause: error,
    })
  }
  if (error instanceof NoAnswer) {
    // Whether the engine is alive its event stream tells; silence of a pull is the registry's.
    const isStalled = call === 'pull' && error.code === 'DEADLINE'
    const code = isStalled
      ? 'PULL_STALLED'
      : (silences[error.code] ?? (error.code.startsWith('HPE_') ? 'ENGINE_FAULT' : 'ENGINE_UNREACHABLE'))
    return new PodkeepError(code, `${doing}: ${error.message}`, { cause: error })
  }
  const words = error instanceof Error ? error.message : String(error)
  return new PodkeepError('ENGINE_FAULT', `${doing}: ${words}`, { cause: error })
}

function codeOf(call: Call, status: number, words: string): ErrorCode {
  const rule = answers.find(
    (candidate) =>
      (candidate.calls === undefined || candidate.calls.includes(call)) &&
      (candidate.status === undefined || candidate.status === status) &&
      (candidate.words === undefined || candidate.words.test(words)),
  )
  return rule?.code ?? 'ENGINE_FAULT'
}

const noise = [
  /^Error response from daemon: /i,
  /^driver failed programming external connectivity on endpoint \S+ \([0-9a-f]+\): /,
  /^failed to create (shim )?task(?: for container)?: /,
  /^failed to create shim: /,
  /^OCI runtime create failed: /,
  /^(runc|crun|container_linux\.go:\d+): ?(create failed: )?/,
  /^runc create failed: /,
  /^unable to start container process: /,
  /^starting container process caused: /,
  /^error during container init: /,
]

/** The start ended before there was anything of the container: it can be started as if that had never been tried. */
export function isUnmountedShare(words: string): boolean {
  return unmountedShare.test(words)
}

/** What the engine says so that few would understand it. */
const plain: readonly (readonly [RegExp, string])[] = [
  // Docker 20.10, then 28. The first is of its own containers, the others of any program.
  [
    /.*Bind for (\S+) failed: port is already allocated.*/i,
    'another container has port $1 of the host (port is already allocated)',
  ],
  [
    /.*(?:listen|bind) (tcp|udp|sctp)[46]? (\S+): bind: address already in use.*/i,
    'another program listens on $2/$1 of the host (address already in use): "ss -lnp" tells which',
  ],
  [
    /.*failed to bind host port (?:for )?(\S+?):\d+:\S+\/(tcp|udp|sctp): address already in use.*/i,
    'another program listens on $1/$2 of the host (address already in use): "ss -lnp" tells which',
  ],
  [
    /error while mounting volume '[^']*': failed to mount local volume: mount :(\/.*):\/\S*, (?:flags: \w+, )?data: addr=([^,]+),\S*: (.*)/i,
    'cannot mount $1 of the NFS server $2: $3',
  ],
  [
    /error while mounting volume '[^']*': error resolving passed in (?:network|nfs) volume address: /i,
    'cannot find the NFS server: ',
  ],
  [
    /could not select device driver "?nvidia"? with capabilities: \[\[gpu\]\]\.?/i,
    'the engine has no driver for nvidia.com/gpu: install the NVIDIA Container Toolkit on its machine and restart the engine',
  ],
  [
    /error gathering device information while adding custom device "([^"]*)": .*/i,
    'there is no device $1 on the engine’s machine',
  ],
]

/** The engine's words without the layers they came through. */
export function cleaned(words: string): string {
  const told = plain.reduce((text, [from, to]) => text.replace(from, to), words)
  let rest = told.trim().replace(/(: unknown)+\.?$/, '')
  for (let found = true; found;) {
    const layer = noise.find((candidate) => candidate.test(rest))
    found = layer !== undefined
    if (layer !== undefined) rest = rest.replace(layer, '')
  }
  return rest
}
