#!/usr/bin/env node
import { main } from '../lib/cli/index.js'

process.exit(await main(process.argv))
