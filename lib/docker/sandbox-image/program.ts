/**
 * The program that runs in a sandbox, as a static ELF executable for Linux. PID 1 of a pod has two duties: reap the
 * processes that are left to it, and end at once when asked to. On both machines it does
 *
 *   rt_sigaction(SIGCHLD, SIG_IGN)        from here on the kernel reaps every child, orphans of others included
 *   rt_sigprocmask(SIG_BLOCK, INT TERM)   a signal PID 1 has no handler for is dropped by the kernel; a blocked one is kept
 *   until it is not -EINTR:
 *     rt_sigtimedwait(INT TERM)           sleeps without a limit: no timer, no CPU
 *   exit_group(0, or 1 after an error)    an unexpected error ends visibly instead of spinning
 *
 * No compiler makes it: the listing is the source, and its first column are the bytes.
 */

export type Architecture = 'amd64' | 'arm64'

/** Where the file is mapped, as a whole: a multiple of 64 KiB, the largest page on arm64. */
const baseAddress = 0x400000
const fileHeaderBytes = 64
const segmentHeaderBytes = 56
/** The data stands before the code, so that its addresses below are constants: 0x4000b0 and 0x4000d0. */
const dataOffset = fileHeaderBytes + 2 * segmentHeaderBytes
const codeOffset = dataOffset + 40

const ignore = 1
const signalBit = (signal: number): number => 1 << (signal - 1)
const interrupt = 2
const terminate = 15

// At 0x4000b0 the kernel's struct sigaction (handler, flags, restorer, mask), at 0x4000d0 a sigset_t: the same on both machines.
const data = words64(ignore, 0, 0, 0, signalBit(interrupt) | signalBit(terminate))

interface Machine {
  readonly elfNumber: number
  readonly code: Buffer
}

const machines: Readonly<Record<Architecture, Machine>> = {
  // Number in eax, arguments in rdi rsi rdx r10; the kernel keeps all registers but rax rcx r11.
  amd64: {
    elfNumber: 62,
    code: assembled(`
      b8 0d 00 00 00      mov  eax, 13            ; rt_sigaction
      bf 11 00 00 00      mov  edi, 17            ;   SIGCHLD
      be b0 00 40 00      mov  esi, 0x4000b0      ;   the action: ignore
      31 d2               xor  edx, edx           ;   the old one is not wanted
      41 ba 08 00 00 00   mov  r10d, 8            ;   bytes in a sigset_t
      0f 05               syscall
      b8 0e 00 00 00      mov  eax, 14            ; rt_sigprocmask
      31 ff               xor  edi, edi           ;   SIG_BLOCK
      be d0 00 40 00      mov  esi, 0x4000d0      ;   INT and TERM
      0f 05               syscall
      b8 80 00 00 00      mov  eax, 128           ; again: rt_sigtimedwait
      bf d0 00 40 00      mov  edi, 0x4000d0      ;   INT and TERM
      31 f6               xor  esi, esi           ;   which one is not wanted; rdx is still 0: no time limit
      0f 05               syscall
      83 f8 fc            cmp  eax, -4            ; EINTR
      74 ed               je   again
      89 c7               mov  edi, eax
      c1 ef 1f            shr  edi, 31            ; the sign bit: 0 after a signal, 1 after an error
      b8 e7 00 00 00      mov  eax, 231           ; exit_group
      0f 05               syscall
    `),
  },
  // Number in x8, arguments in x0 to x3; the kernel keeps all registers but x0. Each word has its low byte first.
  arm64: {
    elfNumber: 183,
    code: assembled(`
      c8 10 80 d2         mov  x8, 134            ; rt_sigaction, at 0x4000d8
      20 02 80 d2         mov  x0, 17             ;   SIGCHLD
      81 fe ff 10         adr  x1, 0x4000b0       ;   the action: ignore
      02 00 80 d2         mov  x2, 0              ;   the old one is not wanted
      03 01 80 d2         mov  x3, 8              ;   bytes in a sigset_t
      01 00 00 d4         svc  0
      e8 10 80 d2         mov  x8, 135            ; rt_sigprocmask
      00 00 80 d2         mov  x0, 0              ;   SIG_BLOCK
      c1 fe ff 10         adr  x1, 0x4000d0       ;   INT and TERM
      01 00 00 d4         svc  0
      28 11 80 d2         mov  x8, 137            ; again: rt_sigtimedwait
      60 fe ff 10         adr  x0, 0x4000d0       ;   INT and TERM
      01 00 80 d2         mov  x1, 0              ;   which one is not wanted; x2 is still 0: no time limit
      01 00 00 d4         svc  0
      1f 10 00 31         cmn  w0, 4              ; EINTR
      60 ff ff 54         b.eq again
      00 7c 1f 53         lsr  w0, w0, 31         ; the sign bit: 0 after a signal, 1 after an error
      c8 0b 80 d2         mov  x8, 94             ; exit_group
      01 00 00 d4         svc  0
    `),
  },
}

export function sandboxProgram(architecture: Architecture): Buffer {
  const { elfNumber, code } = machines[architecture]
  const bytes = codeOffset + code.length
  return Buffer.concat([
    fileHeader(elfNumber),
    // PT_LOAD, readable and executable: the whole file.
    segmentHeader({ type: 1, flags: 5, address: baseAddress, bytes, alignment: 0x10000 }),
    // PT_GNU_STACK, readable and writable only: no executable stack.
    segmentHeader({ type: 0x6474e551, flags: 6, address: 0, bytes: 0, alignment: 16 }),
    data,
    code,
  ])
}

function fileHeader(elfNumber: number): Buffer {
  const header = Buffer.alloc(fileHeaderBytes)
  header.write('\x7fELF', 'latin1')
  // 64 bits, little-endian, version 1, System V.
  header.set([2, 1, 1, 0], 4)
  // ET_EXEC: loaded at the fixed address.
  header.writeUInt16LE(2, 16)
  header.writeUInt16LE(elfNumber, 18)
  header.writeUInt32LE(1, 20)
  header.writeBigUInt64LE(BigInt(baseAddress + codeOffset), 24)
  header.writeBigUInt64LE(BigInt(fileHeaderBytes), 32)
  header.writeUInt16LE(fileHeaderBytes, 52)
  header.writeUInt16LE(segmentHeaderBytes, 54)
  header.writeUInt16LE(2, 56)
  // The size a section header would have, were there any.
  header.writeUInt16LE(64, 58)
  return header
}

interface Segment {
  readonly type: number
  readonly flags: number
  readonly address: number
  readonly bytes: number
  readonly alignment: number
}

function segmentHeader({ type, flags, address, bytes, alignment }: Segment): Buffer {
  const kind = Buffer.alloc(8)
  kind.writeUInt32LE(type, 0)
  kind.writeUInt32LE(flags, 4)
  const offset = 0
  return Buffer.concat([kind, words64(offset, address, address, bytes, bytes, alignment)])
}

function words64(...numbers: number[]): Buffer {
  const bytes = Buffer.alloc(8 * numbers.length)
  numbers.forEach((number, index) => bytes.writeBigUInt64LE(BigInt(number), 8 * index))
  return bytes
}

/** The bytes of a listing: pairs of hex digits at the start of each line, up to the wide gap. */
function assembled(listing: string): Buffer {
  const columns = listing.split('\n').map((line) => line.trim().split(/ {2,}/, 1)[0] ?? '')
  return Buffer.from(columns.join('').replaceAll(' ', ''), 'hex')
}
