/** What a command's end says to a script. Source: the C library's sysexits.h for the two high ones. */

export const exitCode = { ok: 0, problem: 1, usage: 2, unavailable: 69, bug: 70 } as const

export type ExitCode = (typeof exitCode)[keyof typeof exitCode]

export const exitCodeHelp = `Exit codes:
  0   all is well
  1   something is wrong with what was looked at: a manifest has a problem, a pod does not exist or did not stop
  2   the command line or a variable is wrong
  69  something needed is not to be had: the state folder, the node name or the address is taken, podkeep is not running
  70  a bug in podkeep; pods keep running and the next start adopts them`
