/** Base64 as Go's decoder takes it: the usual alphabet, padded, with line breaks anywhere. */

const form = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/

/** null when it is none. */
export function decodeBase64(text: string): Uint8Array | null {
  const bare = /[\r\n]/.test(text) ? text.replaceAll(/[\r\n]/g, '') : text
  return form.test(bare) ? new Uint8Array(Buffer.from(bare, 'base64')) : null
}
