/** capabilities of one container. The API server takes any word; whichever the engine does not know keeps a container from starting. */

import { nearest } from './field-names.js'
import { report, type Findings } from './finding.js'
import type { Json } from './normal-form.js'
import { listOf, objectOf } from './shape.js'

/** Source: Linux include/uapi/linux/capability.h, up to 5.9; there are no newer ones. */
const linuxCapabilities =
  'CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE NET_BIND_SERVICE NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO SYS_CHROOT SYS_PTRACE SYS_PACCT SYS_ADMIN SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG MKNOD LEASE AUDIT_WRITE AUDIT_CONTROL SETFCAP MAC_OVERRIDE MAC_ADMIN SYSLOG WAKE_ALARM BLOCK_SUSPEND AUDIT_READ PERFMON BPF CHECKPOINT_RESTORE'
const known = ['ALL', ...linuxCapabilities.split(' ')]

/** Kubernetes writes them without CAP_, podman and Docker take both. */
export function capabilityName(written: string): string {
  return written.toUpperCase().replace(/^CAP_/, '')
}

export function checkCapabilities(findings: Findings, context: Json, base: string): void {
  for (const field of ['add', 'drop']) {
    listOf(objectOf(context, 'capabilities'), field).forEach((name, at) => {
      if (typeof name !== 'string') return
      const pointer = `${base}/capabilities/${field}/${at}`
      const bare = capabilityName(name)
      if (known.includes(bare)) return
      const near = nearest(bare, known)?.word
      report(findings, pointer, 'is no capability of Linux', near === undefined ? null : `write "${near}"`)
    })
  }
}
