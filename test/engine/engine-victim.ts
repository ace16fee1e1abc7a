/** A process with an engine and a running container, for test-engine.test.ts to kill. */

import { dirname } from 'node:path'
import { engineCall } from '../../bin/engine-call.mjs'
import { startTestEngine } from '../support/engine.js'
import { importBusybox } from '../support/images.js'

const engine = await startTestEngine()
await importBusybox(engine.socketPath, 'victim:1')
const body = JSON.stringify({ Image: 'victim:1', Cmd: ['sleep', '987654'], HostConfig: { NetworkMode: 'none' } })
await engineCall(engine.host, 'POST', '/containers/create?name=victim', {
  body,
  headers: { 'content-type': 'application/json' },
})
await engineCall(engine.host, 'POST', '/containers/victim/start')
const { text } = await engineCall(engine.host, 'GET', '/containers/victim/json')
const pid = (JSON.parse(text) as { State: { Pid: number } }).State.Pid
console.log(JSON.stringify({ folder: dirname(engine.socketPath), pid }))
setInterval(() => undefined, 1000)
