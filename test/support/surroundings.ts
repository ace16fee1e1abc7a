/** What a command finds around itself, as a test tells it. */

import type { Surroundings } from '../../lib/cli/surroundings.js'
import { noDnsConfig } from '../../lib/pod/index.js'

export const around = (changes: Partial<Surroundings> = {}): Surroundings => ({
  env: {},
  workingDirectory: '/somewhere',
  homeDirectory: '/home/ann',
  isRoot: true,
  hostName: 'box-1',
  hostIP: '192.0.2.7',
  hostDns: noDnsConfig,
  isCheckout: false,
  ...changes,
})
