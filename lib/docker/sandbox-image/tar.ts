/** A POSIX tar of regular files owned by root and dated 1970: the same files give the same bytes everywhere. */

export interface TarFile {
  /** At most 100 bytes. */
  readonly path: string
  readonly mode: number
  readonly content: Buffer
}

const blockBytes = 512

export function tar(files: readonly TarFile[]): Buffer {
  const blocks = files.flatMap(({ path, mode, content }) => [
    header(path, mode, content.length),
    content,
    Buffer.alloc(-content.length & (blockBytes - 1)),
  ])
  return Buffer.concat([...blocks, Buffer.alloc(2 * blockBytes)])
}

function header(path: string, mode: number, bytes: number): Buffer {
  const block = Buffer.alloc(blockBytes)
  const octal = (value: number, at: number, width: number): void => {
    block.write(value.toString(8).padStart(width - 1, '0'), at, 'latin1')
  }
  block.write(path, 0, 'latin1')
  octal(mode, 100, 8)
  octal(0, 108, 8)
  octal(0, 116, 8)
  octal(bytes, 124, 12)
  octal(0, 136, 12)
  // The checksum counts its own field as spaces. Behind it the type: 0, a regular file.
  block.write('        0', 148, 'latin1')
  block.write('ustar\x0000', 257, 'latin1')
  const sum = block.reduce((total, byte) => total + byte, 0)
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
  return block
}
