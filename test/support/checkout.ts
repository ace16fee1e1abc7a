import { join } from 'node:path'

/** The folder of the whole project. Tests run as they are compiled: this file is three folders below it. */
export const checkout = join(import.meta.dirname, '../../..')
