/** What a person at a terminal waits for. */

import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { sweptFolder } from '../../support/swept-folder.js'
import { withBench } from '../bench.js'
import { spreadOf, type Figure, type Spread } from '../figures.js'
import { podText } from '../manifests.js'
import { program } from '../../support/program.js'

const rounds = 9
const validateRounds = 3
const manifests = 2_000

export async function measureValidate(): Promise<Figure[]> {
  const short = (name: string): string => podText({ name, image: 'example.org/app:1', cpuMillis: 100 })
  return [await measureValidating('of 14 lines', short), await measureValidating('of 60 lines', longPodText)]
}

async function measureValidating(kind: string, textOf: (name: string) => string): Promise<Figure> {
  const folder = sweptFolder('bench')
  try {
    const directory = join(folder.path, 'manifests')
    mkdirSync(directory)
    for (let index = 0; index < manifests; index += 1)
      writeFileSync(join(directory, `pod-${index}.yaml`), textOf(`pod-${index}`))
    const perSecond = Array.from({ length: validateRounds }, () => {
      return (manifests / spentMs(['validate', directory])) * 1000
    })
    const what = `manifests ${kind}, folder of ${manifests}`
    return { measure: 'validate', what, unit: '/s', podkeep: spreadOf(perSecond), floor: null, target: null }
  } finally {
    await folder.sweep()
  }
}

/** What charts and documentation look like: three containers with what most containers have. */
function longPodText(name: string): string {
  const container = (at: number): string[] => [
    `    - name: app-${at}`,
    `      image: example.org/app:${at}`,
    '      args: ["--port", "8080", "--verbose"]',
    '      env:',
    '        - name: MODE',
    '          value: production',
    '        - name: POD_NAME',
    '          valueFrom: {fieldRef: {fieldPath: metadata.name}}',
    '      resources:',
    '        requests: {cpu: 50m, memory: 32Mi}',
    '        limits: {cpu: 100m, memory: 64Mi}',
    '      readinessProbe:',
    '        httpGet:',
    '          path: /healthz',
    `          port: ${8080 + at}`,
    '      volumeMounts:',
    '        - name: data',
    '          mountPath: /data',
  ]
  const head = ['apiVersion: v1', 'kind: Pod', 'metadata:', `  name: ${name}`, 'spec:', '  containers:']
  return [...head, ...[1, 2, 3].flatMap(container), '  volumes:', '    - name: data', '      emptyDir: {}', ''].join(
    '\n',
  )
}

export function measureCommands(): Promise<Figure[]> {
  return withBench(async (bench) => {
    await bench.createPods(bench.wishes('pod', 3))
    const help: number[] = []
    const getPods: number[] = []
    const node: number[] = []
    for (let round = 0; round < rounds; round += 1) {
      help.push(spentMs(['--help']))
      getPods.push(spentMs(['get', 'pods', '--root-dir', join(bench.folder, 'state')]))
      node.push(runMs(['--eval', '0']))
    }
    const floor = { what: 'Node starts and ends', spread: spreadOf(node) }
    const row = (what: string, podkeep: Spread): Figure => ({
      measure: 'commands',
      what,
      unit: 'ms',
      podkeep,
      floor,
      target: null,
    })
    return [row('podkeep --help', spreadOf(help)), row('podkeep get pods', spreadOf(getPods))]
  })
}

function spentMs(words: readonly string[]): number {
  return runMs([program, ...words])
}

function runMs(words: readonly string[]): number {
  const beganMs = performance.now()
  const { status, stderr } = spawnSync(process.execPath, words, { encoding: 'utf8', maxBuffer: 2 ** 28 })
  if (status !== 0) throw new Error(`node ${words.join(' ')} ended with ${status ?? 'a signal'}: ${stderr}`)
  return performance.now() - beganMs
}
