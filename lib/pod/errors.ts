/**
 * The world failing: one class, thrown by adapters only, with a code from one catalogue. The catalogue says what an operator
 * may do and when trying again makes sense. Codes are never renamed or reused.
 */

export interface ErrorKind {
  /**
   * soon: a passing fault, try again with a short back-off. later: something outside has to change first, try again with a
   * long back-off. engine: nothing to try until the engine answers again. never: only another manifest helps.
   */
  readonly retry: 'soon' | 'later' | 'engine' | 'never'
  readonly hint: string
}

export const errorCatalogue = {
  ENGINE_UNREACHABLE: { retry: 'engine', hint: 'is the Docker Engine running, and does DOCKER_HOST name its socket?' },
  ENGINE_FORBIDDEN: {
    retry: 'engine',
    hint: 'podkeep may not use the engine socket: run it as root or as a member of the group docker',
  },
  ENGINE_TIMEOUT: {
    retry: 'soon',
    hint: 'the engine did not answer in time; look at its log and at the load of the machine',
  },
  ENGINE_TOO_OLD: { retry: 'engine', hint: 'podkeep needs a Docker Engine with API 1.41 (version 20.10) or newer' },
  ENGINE_FAULT: { retry: 'soon', hint: 'the engine reported a fault of its own; its log tells more' },
  ENGINE_REFUSED: { retry: 'later', hint: 'the engine refuses this request' },
  CONTAINER_GONE: { retry: 'soon', hint: 'someone else removed the container; podkeep makes a new one' },
  CONTAINER_RUNNING: { retry: 'soon', hint: 'someone started the container meanwhile; podkeep looks again' },
  NAME_TAKEN: { retry: 'later', hint: 'a container that is not podkeep’s has this name: rename or remove it' },
  VOLUME_NAME_TAKEN: {
    retry: 'later',
    hint: 'give the claim another name; what is in the volume is not podkeep’s to touch, so look before you remove it',
  },
  SANDBOX_NOT_RUNNING: { retry: 'soon', hint: 'the pod’s sandbox has ended; podkeep makes the pod anew' },
  PORT_IN_USE: { retry: 'later', hint: 'another program on this machine listens on the port' },
  MOUNT_FAILED: { retry: 'later', hint: 'make the path on the host, or change the volume' },
  NFS_FAILED: {
    retry: 'later',
    hint: 'is the server up, does it export this path to this machine by NFS version 4, and can this machine’s kernel mount NFS ("no such device": it cannot)?',
  },
  DEVICE_UNAVAILABLE: { retry: 'later', hint: 'is the device there, and does the engine know how to hand it out?' },
  COMMAND_CANNOT_RUN: { retry: 'later', hint: 'check command, args and workingDir against what is in the image' },
  IMAGE_NAME_INVALID: { retry: 'never', hint: 'write the image as [registry/]name[:tag][@digest], in lower case' },
  IMAGE_ABSENT: { retry: 'later', hint: 'the image is not on this machine' },
  IMAGE_NOT_FOUND: { retry: 'later', hint: 'the registry does not have this image: check name and tag' },
  IMAGE_FORBIDDEN: {
    retry: 'later',
    hint: 'check the name; a private image needs "docker login" as podkeep’s user, which takes effect without a restart',
  },
  IMAGE_REJECTED: { retry: 'later', hint: 'the engine’s signature policy does not allow this image' },
  IMAGE_DAMAGED: {
    retry: 'later',
    hint: 'what came is not what its digest promises: look at the registry, or a proxy before it',
  },
  REGISTRY_UNAVAILABLE: {
    retry: 'later',
    hint: 'is the registry up, and can the engine reach it? look at name, network, proxy and certificates',
  },
  REGISTRY_THROTTLED: {
    retry: 'later',
    hint: 'the registry allows fewer pulls than this: a login, a mirror or imagePullPolicy IfNotPresent helps',
  },
  PULL_STALLED: { retry: 'later', hint: 'the registry or the network to it delivers nothing: the pull begins anew' },
  DISK_FULL: { retry: 'later', hint: 'free some space on the engine’s disk' },
  HOST_DISK_FULL: {
    retry: 'later',
    hint: 'free some space or inodes on the disk that holds this path, or raise its quota',
  },
  CGROUP_FAILED: {
    retry: 'later',
    hint: 'limits of a pod as a whole need podkeep to be root on the engine’s machine, with /sys/fs/cgroup writable',
  },
  VOLUME_FAILED: { retry: 'later', hint: 'look at the path on the host' },
  STATE_LOCKED: {
    retry: 'never',
    hint: 'a state folder serves one podkeep: stop that one, or give this one a --root-dir and a --node-name of its own',
  },
  NODE_TAKEN: {
    retry: 'never',
    hint: 'stop that one, or give this one a --node-name of its own: both would replace each other’s containers',
  },
  STATE_FAILED: { retry: 'later', hint: 'podkeep cannot write its state folder (--root-dir)' },
  STATUS_SERVER_FAILED: {
    retry: 'never',
    hint: 'give the status endpoint another place: --address, --port, --root-dir',
  },
  ACCESS_FILE_UNUSABLE: {
    retry: 'never',
    hint: 'mend the file, or name another: --token-file, --tls-cert-file, --tls-private-key-file, --client-ca-file',
  },
} as const satisfies Record<string, ErrorKind>

export type ErrorCode = keyof typeof errorCatalogue

export class PodkeepError extends Error {
  override readonly name = 'PodkeepError'
  readonly code: ErrorCode

  /** @param message what podkeep was doing and what came back, for a person; never the cause's text twice. */
  constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.code = code
  }

  get retry(): ErrorKind['retry'] {
    return errorCatalogue[this.code].retry
  }

  get hint(): string {
    return errorCatalogue[this.code].hint
  }
}
