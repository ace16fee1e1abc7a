/** The signals a container may be stopped with. Source: supportedStopSignalsLinux. */

const plain =
  'ABRT ALRM BUS CHLD CLD CONT FPE HUP ILL INT IO IOT KILL PIPE POLL PROF PWR QUIT SEGV STKFLT STOP SYS TERM TRAP TSTP TTIN TTOU URG USR1 USR2 VTALRM WINCH XCPU XFSZ RTMIN RTMAX'

const numbered = (from: string, count: number): string[] =>
  Array.from({ length: count }, (_, at) => `SIG${from}${at + 1}`)

export const signals: ReadonlySet<string> = new Set([
  ...plain.split(' ').map((name) => `SIG${name}`),
  ...numbered('RTMIN+', 15),
  ...numbered('RTMAX-', 14),
])
