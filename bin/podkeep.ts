#!/usr/bin/env node
import { main } from '../lib/cli/index.js'

// By now all output is written; a pod that is still being stopped must not keep a podkeep that was told to give up.
process.exit(await main(process.argv))
