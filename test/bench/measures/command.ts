/** What a person at a terminal waits for. */

import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { sweptFolder } from '../../support/swept-folder.js'
import { withBench } from '../bench.js'
import { spreadOf, type Figure, type Spread } from '../figures.js'
import { podText } from '../manifests.js'
import { program } from '../podkeep.js'

const rounds = 9
const validateRounds = 3
const manifests = 2_000

export async function measureValidate(): Promise<Figure[]> {
  const folder = sweptFolder('bench')
  try {
    const directory = join(folder.path, 'manifests')
    mkdirSync(directory)
    for (let index = 0; index < manifests; index += 1) {
      const name = `pod-${index}`
      writeFileSync(join(directory, `${name}.yaml`), podText({ name, image: 'example.org/app:1', cpuMillis: 100 }))
    }
    const perSecond = Array.from({ length: validateRounds }, () => {
      return (manifests / spentMs(['validate', directory])) * 1000
    })
    const podkeep = spreadOf(perSecond)
    return [
      {
        measure: 'validate',
        what: `manifests, folder of ${manifests}`,
        unit: '/s',
        podkeep,
        floor: null,
        target: null,
      },
    ]
  } finally {
    await folder.sweep()
  }
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
