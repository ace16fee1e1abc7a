/**
 * Joins the compiled modules into a few files, dist/program/: Node takes longer to find and link 450 modules one by one than a hundred pods
 * take to be adopted, and keeps 10 MB for them. What is loaded only when it is asked for stays a file of its own, and packages stay what
 * they are. Run by `npm run build` after the compiler.
 */

import { readFile, rm } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const dist = fileURLToPath(new URL('../dist', import.meta.url))
const program = join(dist, 'program')

/** What a module finds beside itself it finds there still: its own address is told, not that of the file it is in now. */
const ownAddresses = {
  name: 'own-addresses',
  /** @param {import('esbuild').PluginBuild} build */
  setup({ onLoad }) {
    onLoad({ filter: /\/dist\/(bin|lib)\/.*\.js$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8')
      const address = `new URL(${JSON.stringify(relative(program, path))}, import.meta.url).href`
      return { contents: text.replaceAll('import.meta.url', address), resolveDir: dirname(path) }
    })
  },
}

// So that no file of an earlier build is left.
await rm(program, { recursive: true, force: true })
await build({
  entryPoints: [join(dist, 'bin/podkeep.js')],
  outdir: program,
  absWorkingDir: dist,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  packages: 'external',
  plugins: [ownAddresses],
  logLevel: 'warning',
})
