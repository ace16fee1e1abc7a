/** A state folder in which nothing was kept yet. */

import type { Stored } from '../../lib/supervisor/stored-files.js'

export const nothingStored: Stored = {
  records: [],
  cronRecords: [],
  configs: [],
  services: [],
  claims: [],
  volumes: [],
}
