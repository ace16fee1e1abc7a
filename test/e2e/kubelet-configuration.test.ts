/** A real kubelet's configuration file, as podkeep starts with it. No engine is needed for that. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'

import { program } from '../support/program.js'
import { until } from './until.js'

await t.test('ports that are switched off are not there, and the log is as it says', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'pk-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  mkdirSync(join(folder, 'manifests'))
  const file = join(folder, 'kubelet.yaml')
  writeFileSync(
    file,
    `apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
address: 0.0.0.0
staticPodPath: ${join(folder, 'manifests')}
readOnlyPort: 0
healthzPort: 0
cgroupDriver: systemd
logging:
  format: text
  verbosity: 5
`,
  )
  const root = join(folder, 'root')
  const podkeep = spawn(process.execPath, [program, 'run', '--config', file, '--root-dir', root], {
    env: { PATH: process.env['PATH'], HOME: folder, DOCKER_HOST: `unix://${folder}/no-engine.sock` },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(podkeep, 'exit')
  t.teardown(() => podkeep.kill('SIGKILL'))
  let log = ''
  podkeep.stdout.on('data', (chunk: Buffer) => (log += chunk.toString()))
  await until('it looks for the engine', () => log.includes('looking for the engine') || undefined)
  t.strictSame(listeningPorts(podkeep.pid ?? 0), [])
  t.match(log, /no status server on a port; "podkeep get pods" asks the socket/)
  t.match(log, /setting changes nothing here .*cgroupDriver/)
  t.notMatch(log, /^\{/m, 'lines for people')
  const { kubeletconfig } = (await ask(join(root, 'podkeep.sock'), '/configz')) as { kubeletconfig: object }
  t.match(kubeletconfig, { readOnlyPort: 0, healthzPort: 0, logging: { format: 'text', verbosity: 4 } })
  podkeep.kill('SIGTERM')
  await ended
})

function ask(socketPath: string, path: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const call = request({ socketPath, path, agent: false }, (answer) => {
      let text = ''
      answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
      answer.on('end', () => resolve(JSON.parse(text)))
    })
    call.on('error', reject).end()
  })
}

/** Of the process, in both versions of IP. Source: proc(5). */
function listeningPorts(pid: number): number[] {
  const own = new Set(
    readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
      try {
        return [/^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1]]
      } catch {
        // Closed meanwhile.
        return []
      }
    }),
  )
  return ['tcp', 'tcp6'].flatMap((table) =>
    readFileSync(`/proc/${pid}/net/${table}`, 'utf8')
      .split('\n')
      .map((line) => line.trim().split(/ +/))
      .filter(([, , , state, , , , , , inode]) => state === '0A' && own.has(inode))
      .map(([, local]) => Number.parseInt(local?.split(':')[1] ?? '', 16)),
  )
}
