import t from 'tap'

import { credentialFiles } from '../../../lib/cli/credential-files.js'
import { engineHost } from '../../../lib/cli/engine-host.js'
import { CommandError } from '../../../lib/cli/command-error.js'
import { verbs } from '../../../lib/cli/commands/verbs.js'
import { podkeepProgram } from '../../../lib/cli/program.js'
import {
  resolveRunConfig,
  runOptions,
  unknownVariables,
  type Flags,
  type SettingsFile,
} from '../../../lib/cli/run-options.js'
import type { Surroundings } from '../../../lib/cli/surroundings.js'
import { wantsColour } from '../../../lib/cli/terminal.js'
import type { Session } from '../../../lib/cli/verb.js'
import { around } from '../../support/surroundings.js'
import { recordingTerminal } from '../../support/terminal.js'

await t.test('settings come from the flag, then the variable, then the default', async (t) => {
  const env = { PODKEEP_PORT: '2000', PODKEEP_ADDRESS: '::1', PODKEEP_LOG_LEVEL: '' }
  const config = resolveRunConfig({ port: '3000' }, around({ env }))
  t.equal(config.port, 3000)
  t.equal(config.address, '::1')
  t.equal(config.logLevel, 'info', 'an empty variable counts as not set')
})

await t.test('the defaults of root on an installed machine', async (t) => {
  t.strictSame(resolveRunConfig({}, around()), {
    manifestsDirectory: '/etc/podkeep/manifests',
    rootDirectory: '/var/lib/podkeep',
    address: '127.0.0.1',
    port: 10_255,
    healthzPort: 10_248,
    tlsCertFile: null,
    tlsPrivateKeyFile: null,
    clientCAFile: null,
    tokenFile: null,
    nodeName: 'box-1',
    nodeLabels: {},
    sandboxImage: null,
    allowWritableManifests: false,
    containerLogMaxSize: '10Mi',
    containerLogMaxFiles: 5,
    podPidsLimit: -1,
    podSecurity: 'privileged',
    podSecurityByNamespace: new Map(),
    allowedUnsafeSysctls: [],
    stopPods: false,
    logFormat: 'auto',
    logLevel: 'info',
  })
})

await t.test('a configuration file comes after flag and variable, and names the line of what is wrong', async (t) => {
  const file = (field: string, value: unknown): SettingsFile => ({
    name: 'kubelet.yaml',
    settings: new Map([[field, { value, line: 3, column: 9 }]]),
  })
  t.equal(resolveRunConfig({}, around(), file('readOnlyPort', 2000)).port, 2000)
  t.equal(resolveRunConfig({ port: '3000' }, around(), file('readOnlyPort', 2000)).port, 3000)
  t.equal(resolveRunConfig({}, around({ env: { PODKEEP_PORT: '4000' } }), file('readOnlyPort', 2000)).port, 4000)
  t.equal(resolveRunConfig({}, around(), file('staticPodPath', '/pods')).manifestsDirectory, '/pods')
  t.equal(resolveRunConfig({}, around(), file('containerLogMaxSize', '50Mi')).containerLogMaxSize, '50Mi')
  t.equal(resolveRunConfig({}, around(), file('containerLogMaxFiles', 3)).containerLogMaxFiles, 3)
  t.equal(resolveRunConfig({}, around(), file('logging.verbosity', 4)).logLevel, 'debug')
  t.equal(resolveRunConfig({}, around(), file('logging.verbosity', 2)).logLevel, 'info')
  t.equal(resolveRunConfig({}, around(), file('logging.format', 'text')).logFormat, 'pretty')
  t.equal(resolveRunConfig({}, around(), file('logging.format', 'json')).logFormat, 'json')
  t.strictSame(resolveRunConfig({}, around(), file('allowedUnsafeSysctls', ['kernel.msg*'])).allowedUnsafeSysctls, [
    'kernel.msg*',
  ])
  t.throws(() => resolveRunConfig({}, around(), file('readOnlyPort', 'x')), {
    message: 'kubelet.yaml:3:9: readOnlyPort: "x" is not a whole number from 0 to 65535, or none',
  })
  t.throws(() => resolveRunConfig({}, around(), file('readOnlyPort', { a: 1 })), {
    message: /^kubelet.yaml:3:9: readOnlyPort: /,
  })
})

await t.test(
  'a port that the kubelet would not have, podkeep has not either; on its own command line 0 is a free one',
  async (t) => {
    const file = (field: string): SettingsFile => ({
      name: 'kubelet.yaml',
      settings: new Map([[field, { value: 0, line: 3, column: 9 }]]),
    })
    t.equal(resolveRunConfig({}, around(), file('readOnlyPort')).port, 'none')
    t.equal(resolveRunConfig({}, around(), file('healthzPort')).healthzPort, 0)
    t.equal(resolveRunConfig({ port: '0' }, around()).port, 0)
    for (const none of ['none', '0']) t.equal(resolveRunConfig({ healthzPort: none }, around()).healthzPort, 0)
    t.throws(() => resolveRunConfig({ healthzPort: 'off' }, around()), {
      message: '--healthz-port: "off" is not a whole number from 0 to 65535, or none',
    })
    t.equal(resolveRunConfig({ port: 'none' }, around()).port, 'none')
    t.equal(resolveRunConfig({ port: '0' }, around(), file('readOnlyPort')).port, 0)
  },
)

await t.test('another user keeps state at home, and a checkout brings its own manifests', async (t) => {
  const home = resolveRunConfig({}, around({ isRoot: false, isCheckout: true }))
  t.equal(home.rootDirectory, '/home/ann/.local/state/podkeep')
  t.equal(home.manifestsDirectory, '/somewhere/manifests')
  const xdg = (text: string): string =>
    resolveRunConfig({}, around({ isRoot: false, env: { XDG_STATE_HOME: text } })).rootDirectory
  t.equal(xdg('/state'), '/state/podkeep')
  t.equal(xdg('state'), '/home/ann/.local/state/podkeep', 'a relative one is ignored')
})

await t.test('directories are taken from the working directory', async (t) => {
  const config = resolveRunConfig({ manifests: 'pods', rootDir: './state/' }, around())
  t.equal(config.manifestsDirectory, '/somewhere/pods')
  t.equal(config.rootDirectory, '/somewhere/state')
})

await t.test('a wrong setting names the flag or the variable, and what is expected', async (t) => {
  const wrong = (flags: Flags, env: Record<string, string> = {}): unknown => {
    try {
      return resolveRunConfig(flags, around({ env }))
    } catch (error) {
      return error instanceof CommandError && error.exitCode === 2 ? error.message : error
    }
  }
  t.equal(wrong({ port: '65536' }), '--port: "65536" is not a whole number from 0 to 65535, or none')
  t.match(wrong({ port: '8e3' }), /--port/)
  t.equal(wrong({}, { PODKEEP_PORT: 'x' }), 'PODKEEP_PORT: "x" is not a whole number from 0 to 65535, or none')
  t.match(wrong({ address: 'localhost' }), /--address: "localhost" is not an IP address/)
  t.match(wrong({ nodeName: 'Box_1' }), /--node-name: "Box_1"/)
  for (const labels of ['disk', 'disk=a=b', 'a b=c', 'disk=a b', 'disk=ssd,disk=hdd', 'disk=ssd,', '=x'])
    t.equal(
      wrong({ nodeLabels: labels }),
      `--node-labels: ${JSON.stringify(labels)} is not a list of labels, such as "disktype=ssd,example.com/rack=7"`,
    )
  t.strictSame(resolveRunConfig({ nodeLabels: 'disk=ssd, example.com/rack=7,empty=' }, around()).nodeLabels, {
    disk: 'ssd',
    'example.com/rack': '7',
    empty: '',
  })
  t.match(wrong({ manifests: '' }), /--manifests: "" is not a directory/)
  t.equal(
    wrong({ containerLogMaxSize: '10 MB' }),
    '--container-log-max-size: "10 MB" is not a quantity of bytes, such as "10Mi"',
  )
  t.match(wrong({ containerLogMaxSize: '0' }), /--container-log-max-size: "0" is not/)
  t.equal(
    wrong({}, { PODKEEP_CONTAINER_LOG_MAX_FILES: '1' }),
    'PODKEEP_CONTAINER_LOG_MAX_FILES: "1" is not a whole number greater than 1',
  )
  t.match(wrong({ logLevel: 'loud' }), /one of debug, info, warn, error/)
  t.match(wrong({}, { PODKEEP_STOP_PODS: 'maybe' }), /PODKEEP_STOP_PODS/)
})

await t.test('a variable can say no', async (t) => {
  const stopPods = (text: string): boolean =>
    resolveRunConfig({}, around({ env: { PODKEEP_STOP_PODS: text } })).stopPods
  t.equal(stopPods('0'), false)
  t.equal(stopPods('False'), false)
  t.equal(stopPods('1'), true)
  t.equal(resolveRunConfig({ stopPods: true }, around()).stopPods, true)
})

await t.test('a machine name becomes a DNS name', async (t) => {
  const nodeName = (hostName: string): string => resolveRunConfig({}, around({ hostName })).nodeName
  t.equal(nodeName('Annas_Mac.local'), 'annas-mac.local')
  t.equal(nodeName('-edge-.'), 'edge')
  t.equal(nodeName(`${'a'.repeat(62)}-b`), 'a'.repeat(62), 'cut, and not left with a dash at its end')
  t.equal(nodeName('日本'), 'localhost')
})

await t.test('a misspelt variable is noticed', async (t) => {
  const env = { PODKEEP_MANIFEST: '/x', PODKEEP_MANIFESTS: '/y', PODKEEP_SERVER: 'z', HOME: '/' }
  t.strictSame(unknownVariables(around({ env })), ['PODKEEP_MANIFEST'])
})

await t.test(
  'DOCKER_HOST wins, then the first usual socket that may be used, then the first that is there',
  async (t) => {
    const env = { XDG_RUNTIME_DIR: '/run/user/1000' }
    const none = (): boolean => false
    const only =
      (path: string) =>
      (candidate: string): boolean =>
        candidate === path
    const rootless = '/run/user/1000/docker.sock'
    t.equal(engineHost(around({ env: { DOCKER_HOST: ' tcp://box:2375 ' } }), none, none), 'tcp://box:2375')
    t.equal(
      engineHost(around({ env }), only(rootless), () => true),
      `unix://${rootless}`,
    )
    t.equal(engineHost(around({ env }), none, only(rootless)), `unix://${rootless}`)
    t.equal(engineHost(around({ env: { ...env, DOCKER_HOST: '' } }), none, none), 'unix:///var/run/docker.sock')
  },
)

await t.test('colours are for terminals that have them and people who want them', async (t) => {
  t.equal(wantsColour(true, {}), true)
  t.equal(wantsColour(false, {}), false)
  t.equal(wantsColour(true, { NO_COLOR: '1' }), false)
  t.equal(wantsColour(true, { NO_COLOR: '' }), true, 'empty means not set')
  t.equal(wantsColour(true, { TERM: 'dumb' }), false)
})

await t.test('a verb is loaded when it is typed, and every one of them says what may follow it', async (t) => {
  const session: Session = { surroundings: around(), terminal: recordingTerminal(), verbs, end: () => {} }
  const names = verbs.map(({ name }) => name)
  const all = await podkeepProgram(session, '1.2.3', names)
  const none = await podkeepProgram(session, '1.2.3', [])
  for (const name of names) {
    const loaded = all.commands.find((command) => command.name() === name)!
    t.ok(loaded.description() !== '' && loaded.helpGroup() !== '', name)
    const bare = none.commands.find((command) => command.name() === name)!
    t.strictSame([bare.options, bare.commands], [[], []], `${name} is known, and not loaded`)
  }
})

await t.test('every setting is a flag of run, and its help names variable and default', async (t) => {
  const session: Session = { surroundings: around(), terminal: recordingTerminal(), verbs, end: () => {} }
  const program = await podkeepProgram(session, '1.2.3', ['run'])
  const run = program.commands.find((command) => command.name() === 'run')!
  const help = run.helpInformation().replace(/\s+/g, ' ')
  for (const row of Object.values(runOptions)) {
    t.ok(help.includes(row.flag), row.flag)
    t.ok(help.includes(row.variable), row.variable)
    t.ok(help.includes(row.defaultMeaning), row.defaultMeaning)
  }
})

await t.test('logins are looked for where docker login and the kubelet put them', async (t) => {
  const paths = (changes: Partial<Surroundings>): string[] =>
    credentialFiles('/state', around(changes)).map(({ path }) => path)
  t.strictSame(paths({}), [
    ...['/state/config.json', '/home/ann/.docker/config.json', '/.docker/config.json', '/var/lib/kubelet/config.json'],
    ...['/home/ann/.dockercfg', '/.dockercfg', '/var/lib/kubelet/.dockercfg'],
  ])
  t.equal(paths({ env: { DOCKER_CONFIG: '/etc/logins' } })[1], '/etc/logins/config.json')
  t.equal(paths({ env: { DOCKER_CONFIG: '' } })[1], '/home/ann/.docker/config.json')
  t.strictSame(paths({ homeDirectory: '/' }), [...new Set(paths({ homeDirectory: '/' }))], 'none is read twice')
  t.strictSame(
    credentialFiles('/state', around()).map(({ mayBeForbidden }) => mayBeForbidden),
    [false, false, true, true, true, true, true],
  )
})

await t.test('what manifests may ask for is read from lists', async (t) => {
  const config = resolveRunConfig(
    {
      podSecurity: 'baseline',
      podSecurityNamespaces: 'kube-system=privileged, shop=restricted',
      allowedUnsafeSysctls: 'kernel/msg*,net.core.somaxconn',
    },
    around({ env: { PODKEEP_ALLOW_WRITABLE_MANIFESTS: 'yes' } }),
  )
  t.equal(config.podSecurity, 'baseline')
  t.strictSame(
    [...config.podSecurityByNamespace],
    [
      ['kube-system', 'privileged'],
      ['shop', 'restricted'],
    ],
  )
  t.strictSame(config.allowedUnsafeSysctls, ['kernel.msg*', 'net.core.somaxconn'])
  t.equal(config.allowWritableManifests, true)
  const wrong = (flags: Flags): RegExp => {
    try {
      resolveRunConfig(flags, around())
    } catch (error) {
      return error instanceof CommandError ? new RegExp(error.message.replace(/[^a-z: -]/gi, '.')) : /no usage error/
    }
    return /nothing is wrong/
  }
  t.match('--pod-security: "strict" is not one of privileged, baseline, restricted', wrong({ podSecurity: 'strict' }))
  for (const list of ['shop', 'shop=high', 'a.b=baseline', 'a=baseline,a=baseline', '', 'a=baseline,'])
    t.match(
      `--pod-security-namespaces: ${JSON.stringify(list)} is not a list such as "kube-system=privileged,shop=restricted"`,
      wrong({ podSecurityNamespaces: list }),
      list,
    )
  for (const list of ['vm.swappiness', '*', 'kernel.*', 'net.*,vm.x'])
    t.match(
      wrong({ allowedUnsafeSysctls: list }).source,
      /^--allowed-unsafe-sysctls: .* is not a list of sysctls/,
      list,
    )
})
