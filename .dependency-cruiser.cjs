/**
 * Which room may import which (ARCHITECTURE.md draws it). Arrows go only to lower levels, siblings never meet, and a room is
 * entered by its door, index.ts. Every rule's comment says what to do when it fires.
 */

/** room: the rooms it may import */
const rooms = {
  pod: [],
  manifest: ['pod'],
  plan: ['pod'],
  ports: ['pod'],
  disk: ['pod'],
  status: ['pod', 'plan'],
  docker: ['pod', 'ports', 'disk'],
  registry: ['pod', 'ports'],
  source: ['pod', 'ports'],
  probe: ['pod', 'ports'],
  volume: ['pod', 'ports', 'disk'],
  node: ['pod', 'ports', 'disk'],
  state: ['pod', 'ports', 'disk'],
  http: ['pod', 'ports'],
  supervisor: ['pod', 'manifest', 'plan', 'status', 'ports'],
}

/** package: the only room that imports it, or the rooms, as a pattern */
const packages = {
  dockerode: 'docker',
  chokidar: 'source',
  fastify: 'http',
  'prom-client': 'http',
  ajv: 'manifest',
  'js-yaml': 'manifest',
  croner: 'manifest',
  commander: 'cli',
  pino: 'cli',
  'string-width': 'cli',
  'tar-stream': '(cli|volume)',
}

const alternatives = (names) => `(${names.join('|')})`
const known = alternatives([...Object.keys(rooms), 'cli'])

const arrows = Object.entries(rooms).map(([room, may]) => ({
  name: `${room}-imports-only-${may.join('-') || 'nothing'}`,
  comment: `${room}/ may import ${may.join(', ') || 'no other room'}. Move the line to the room whose question it answers, or hand the value in as an argument; a noun both need belongs to pod/.`,
  severity: 'error',
  from: { path: `^lib/${room}/` },
  to: { path: '^lib/', pathNot: `^lib/${alternatives([room, ...may])}/` },
}))

const packageHomes = Object.entries(packages).map(([name, room]) => ({
  name: `${name}-only-in-${room}`,
  comment: `Only lib/${room}/ knows ${name}. Ask it through its door, or through an interface in ports/.`,
  severity: 'error',
  from: { path: '^(lib|bin)/', pathNot: `^lib/${room}/` },
  to: { path: `(^|/)node_modules/(@types/)?${name}/` },
}))

module.exports = {
  forbidden: [
    {
      name: 'page-stands-alone',
      comment: 'lib/http/page/ runs in a browser: what it needs of podkeep it asks over HTTP.',
      severity: 'error',
      from: { path: '^lib/http/page/' },
      to: { pathNot: '^lib/http/page/' },
    },
    {
      name: 'no-cycles',
      comment: 'Two files that need each other are one file, or there is a third they both need: split it out.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'every-room-is-in-the-table',
      comment: 'A new room is a decision: give it a level in the table at the top of this file and in ARCHITECTURE.md.',
      severity: 'error',
      from: { path: '^lib/', pathNot: `^lib/${known}/` },
      to: {},
    },
    {
      name: 'no-import-of-an-unknown-room',
      comment: 'A new room is a decision: give it a level in the table at the top of this file and in ARCHITECTURE.md.',
      severity: 'error',
      from: {},
      to: { path: '^lib/', pathNot: `^lib/${known}/` },
    },
    ...arrows,
    {
      name: 'enter-by-the-door',
      comment:
        "Import the other room's index.ts. If it does not export what you need, export it there or move your line.",
      severity: 'error',
      from: { path: '^lib/([^/]+)/' },
      to: { path: '^lib/', pathNot: ['^lib/$1/', '^lib/[^/]+/index[.]ts$'] },
    },
    {
      name: 'no-door-inside',
      comment: "Within a room import the file itself: the room's own door is for the others.",
      severity: 'error',
      from: { path: '^lib/([^/]+)/' },
      to: { path: '^lib/$1/index[.]ts$' },
    },
    {
      name: 'bin-imports-only-cli',
      comment: 'The entry point is a few lines: what it does belongs to lib/cli/.',
      severity: 'error',
      from: { path: '^bin/.*[.]ts$' },
      to: { path: '^(lib|test)/', pathNot: '^lib/cli/index[.]ts$' },
    },
    {
      name: 'scripts-import-no-package',
      comment:
        'bin/*.mjs and test/run.mjs run before anything is installed: Node builtins and each other only. bin/bundle.mjs runs in the build.',
      severity: 'error',
      from: { path: '^(bin/.*|test/run|test/support/janitor)[.]mjs$', pathNot: '^bin/bundle[.]mjs$' },
      to: { pathNot: '^(bin|test)/.*[.]mjs$', dependencyTypesNot: ['core'] },
    },
    ...packageHomes,
    {
      name: 'core-has-no-packages',
      comment: 'pod, plan, status and ports stand on the language alone. Do it in the room that has the package.',
      severity: 'error',
      from: { path: '^lib/(pod|plan|status|ports)/' },
      to: { path: '(^|/)node_modules/' },
    },
    {
      name: 'core-touches-no-world',
      comment:
        'The core is a function of its arguments: read the file, the clock or the socket in an adapter and hand the value in.',
      severity: 'error',
      from: { path: '^lib/(pod|manifest|plan|status|ports)/.*[.]ts$' },
      to: { dependencyTypes: ['core'], pathNot: '^(node:)?crypto$' },
    },
    {
      name: 'product-imports-no-test',
      comment: 'What product and tests both need belongs to lib/ (or bin/, for what runs before a build).',
      severity: 'error',
      from: { path: '^(lib|bin)/' },
      to: { path: '^test/' },
    },
    {
      name: 'tests-do-not-import-tests',
      comment:
        'Two tests that share something share it through a file in test/support/ or a file without .test in its name.',
      severity: 'error',
      from: { path: '^test/' },
      to: { path: '[.]test[.]ts$' },
    },
    {
      name: 'no-development-package-in-the-product',
      comment: 'Users install dependencies only: move the package there, or the line out of lib/.',
      severity: 'error',
      from: { path: '^(lib|bin)/', pathNot: '^bin/bundle[.]mjs$' },
      to: {
        dependencyTypes: ['npm-dev'],
        dependencyTypesNot: ['type-only', 'npm'],
        pathNot: '(^|/)node_modules/@types/',
      },
    },
    {
      name: 'listed-in-package-json',
      comment: 'It happens to be in node_modules because somebody else needs it: list it in package.json.',
      severity: 'error',
      from: { path: '^(lib|bin|test)/' },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'resolvable',
      comment: 'The import leads nowhere: misspelt, or not installed.',
      severity: 'error',
      from: { pathNot: '^bin/start[.]mjs$' },
      to: { couldNotResolve: true },
    },
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^dist/' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'types', 'default'] },
  },
}
