/** How a record is written in a file as it is. What a newer podkeep wrote is not guessed at. */

import type { PodKey } from '../pod/index.js'
import { parsed, recordFileName } from './record-file.js'
import { isObject } from './shape.js'
import type { RecordForm } from './record-files.js'

const format = 1

/** @param noun what it is the record of, for people */
export function plainRecordForm<Item extends { readonly key: PodKey }>(
  noun: string,
  isRecord: (value: unknown) => value is Item,
): RecordForm<PodKey, Item> {
  return {
    noun,
    fileName: recordFileName,
    encode: (record) => `${JSON.stringify({ format, record })}\n`,
    decode: (text, fileName) => {
      const content = parsed(text)
      if (!isObject(content) || content['format'] !== format) return { damage: `it is not of format ${format}` }
      const { record } = content
      if (!isRecord(record)) return { damage: `it is not the record of a ${noun}` }
      return recordFileName(record.key) === fileName ? { record } : { damage: `it is the record of ${record.key}` }
    },
  }
}
