/**
 * What every ContainerReader promises (lib/ports/container-reader.ts), in terms of the ports alone: the adapter on a real engine and
 * the model's pass it. Containers are made by the runtime beside it, with the programs of the other contract.
 */

import type { Test } from 'tap'

import type { ContainerId } from '../../lib/pod/index.js'
import type { ContainerReader, LogQuery } from '../../lib/ports/index.js'
import { absentId, programs, runningPod, throws, untilExited, type RuntimeUnderTest } from './under-test.js'

const whole: LogQuery = { follow: false, tailLines: null, sinceMs: null, timestamps: false, streams: 'all' }

export async function testReader(t: Test, under: RuntimeUnderTest): Promise<void> {
  await testReadLog(t, under)
  await testUse(t, under)
  await testPlaces(t, under)
}

async function testReadLog(t: Test, under: RuntimeUnderTest): Promise<void> {
  const { reader, runtime } = under
  await t.test('what a container wrote is read whole or in part', async (t) => {
    const { container } = await runningPod(under, programs.says('goodbye', 0))
    await untilExited(under, container.id)
    const read = (query: Partial<LogQuery> = {}): Promise<string> => logOf(reader, container.id, query)
    t.equal(await read(), 'goodbye\n')
    t.equal(await read({ follow: true }), 'goodbye\n', 'one that has ended says no more')
    t.equal(await read({ tailLines: 1 }), 'goodbye\n')
    t.equal(await read({ tailLines: 0 }), '')
    t.equal(await read({ streams: 'stdout' }), 'goodbye\n')
    t.equal(await read({ streams: 'stderr' }), '')
    const timed = await read({ timestamps: true })
    t.match(timed, /^\d{4}-\d\d-\d\dT[\d:.]+Z goodbye\n$/)
    const atMs = Date.parse(timed.split(' ')[0] ?? '')
    t.equal(await read({ sinceMs: atMs - 2000 }), 'goodbye\n')
    t.equal(await read({ sinceMs: atMs + 2000 }), '')
  })

  await t.test('a log that is followed ends with its container, or with its reader', async (t) => {
    const { container } = await runningPod(under, programs.forever)
    const leaving = new AbortController()
    const left = logOf(reader, container.id, { follow: true }, leaving.signal).catch(() => '')
    const followed = logOf(reader, container.id, { follow: true })
    leaving.abort()
    t.equal(await left, '')
    await runtime.kill(container.id, 'SIGKILL')
    await untilExited(under, container.id)
    t.equal(await followed, '')
  })

  await t.test('there is no log of a container that is not there', async (t) => {
    await throws(t, logOf(reader, absentId), 'CONTAINER_GONE')
    const { container } = await runningPod(under, programs.forever)
    await runtime.remove(container.id, true)
    await throws(t, logOf(reader, container.id), 'CONTAINER_GONE')
  })
}

async function testUse(t: Test, under: RuntimeUnderTest): Promise<void> {
  const { reader, runtime } = under
  await t.test('what a container uses is told while it runs', async (t) => {
    const { container } = await runningPod(under, programs.forever)
    const use = await reader.use(container.id)
    t.ok(use !== null && use.cpuNanos >= 0 && use.memory.usageBytes > 0 && use.processCount >= 1)
    t.ok(use !== null && use.memory.workingSetBytes <= use.memory.usageBytes)
    await runtime.kill(container.id, 'SIGKILL')
    await untilExited(under, container.id)
    t.equal(await reader.use(container.id), null)
    t.equal(await reader.use(absentId), null)
  })
}

async function testPlaces(t: Test, under: RuntimeUnderTest): Promise<void> {
  const { reader, runtime } = under
  await t.test('where a container’s own files are is told as paths, or not at all', async (t) => {
    const { container } = await runningPod(under, programs.forever)
    const places = await reader.places(container.id)
    for (const path of [places?.logFile, places?.writableFolder]) t.ok(path === null || path?.startsWith('/') === true)
    t.equal(await reader.places(absentId), null)
  })

  await t.test('where the files behind a claim are is told once somebody asked for it', async (t) => {
    const claim = { namespace: 'default', name: 'read' }
    t.equal(await reader.claimFolder(claim), null)
    const folder = await runtime.ensureClaim(claim)
    t.equal(await reader.claimFolder(claim), folder)
    t.equal(await reader.claimFolder({ ...claim, namespace: 'other' }), null)
  })
}

async function logOf(
  reader: ContainerReader,
  id: ContainerId,
  query: Partial<LogQuery> = {},
  signal = new AbortController().signal,
): Promise<string> {
  const parts: Uint8Array[] = []
  for await (const part of await reader.log(id, { ...whole, ...query }, signal)) parts.push(part)
  return Buffer.concat(parts).toString()
}
