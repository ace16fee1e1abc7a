#!/usr/bin/env node
/**
 * What npm links as `podkeep`. It is there before anything is built: npx keeps for good what it finds in a fresh clone, and that must not
 * be a link to nothing. Builtins only.
 */

import { existsSync } from 'node:fs'

const program = new URL('../dist/program/podkeep.js', import.meta.url)
if (existsSync(program)) await import(program.href)
else {
  console.error(
    'podkeep: it is not built yet\n  hint: "npm start" builds it and says when it runs; or: npm ci && npm run build',
  )
  process.exitCode = 69
}
