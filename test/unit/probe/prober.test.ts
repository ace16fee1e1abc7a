/**
 * When a container is asked, and what its answers mean. Where a test restates one of the kubelet's
 * (pkg/kubelet/prober/worker_test.go, scale_test.go, prober_manager_test.go) its name begins with the name it has there.
 */

import t from 'tap'

import { containerId, podKey, podUid, type ProbeKind } from '../../../lib/pod/index.js'
import { aProbe, aProber, noProbes, question, second, thePod, type ProberUnderTest } from '../../support/probes.js'

const kinds = ['startup', 'readiness', 'liveness'] as const

function only(kind: ProbeKind, probe = aProbe()): { probes: Record<ProbeKind, ReturnType<typeof aProbe> | null> } {
  return { probes: { ...noProbes, [kind]: probe } }
}

/** Lets the next question be put and answered. */
async function round(under: ProberUnderTest): Promise<void> {
  await under.seconds(10)
}

await t.test('TestDoProbe', async (t) => {
  await t.test('initial values: not started, not ready, alive; without a probe all is well', async (t) => {
    for (const [kind, initial] of [
      ['startup', 'unknown'],
      ['readiness', 'failure'],
      ['liveness', 'success'],
    ] as const) {
      const under = aProber()
      under.watch(only(kind))
      t.equal(under.verdicts()?.[kind], initial, kind)
    }
    const under = aProber()
    under.watch()
    t.same(under.verdicts(), { startup: 'success', readiness: 'success', liveness: 'success', why: '' })
    await under.seconds(100)
    t.same(under.asked(), [])
  })

  await t.test('no container status: what is not watched is not asked and has no verdict', async (t) => {
    const under = aProber()
    t.equal(under.prober.verdicts(thePod).size, 0)
    await under.seconds(100)
    t.same(under.asked(), [])
  })

  await t.test('container waiting or terminated: left out, it is asked no more and has no verdict', async (t) => {
    for (const kind of kinds) {
      const under = aProber()
      under.watch(only(kind, aProbe({ failureThreshold: 1 })))
      await under.seconds(1)
      t.equal(under.asked().length, 1)
      under.prober.watch(thePod, [])
      await under.seconds(100)
      t.same(under.asked(), [])
      t.equal(under.verdicts(), undefined)
    }
  })

  await t.test('probe successful', async (t) => {
    for (const kind of kinds) {
      const under = aProber()
      under.watch(only(kind))
      await under.seconds(1)
      t.equal(under.verdicts()?.[kind], 'success')
      t.equal(under.told(), kind === 'liveness' ? 0 : 1, 'and only a change is told')
    }
  })
})

await t.test('TestInitialDelay', async (t) => {
  for (const kind of ['liveness', 'readiness'] as const) {
    const under = aProber()
    under.watch(only(kind, aProbe({ initialDelayMs: 10 * second })))
    await under.seconds(9.9)
    t.same(under.asked(), [])
    t.equal(under.verdicts()?.[kind], kind === 'liveness' ? 'success' : 'failure', 'during initial delay')
    await under.seconds(0.2)
    t.equal(under.asked().length, 1)
    t.equal(under.verdicts()?.[kind], 'success', 'after initial delay')
  }
  await t.test('it counts from the start of the container, not from when podkeep saw it', async (t) => {
    const under = aProber()
    under.watch({
      ...only('readiness', aProbe({ initialDelayMs: 10 * second })),
      startedAtMs: under.clock.wallMs() - 8 * second,
    })
    await under.seconds(2.1)
    t.equal(under.asked().length, 1)
  })
  await t.test('a start in the future (the clock was set back) is taken for now', async (t) => {
    const under = aProber()
    under.watch({
      ...only('readiness', aProbe({ initialDelayMs: 10 * second })),
      startedAtMs: under.clock.wallMs() + 3600 * second,
    })
    await under.seconds(10.1)
    t.equal(under.asked().length, 1)
  })
})

await t.test('TestFailureThreshold', async (t) => {
  const under = aProber()
  under.watch(only('readiness', aProbe({ failureThreshold: 3 })))
  await under.seconds(5)
  for (let turn = 0; turn < 2; turn += 1) {
    under.runner.answers.set('well?', 'success')
    for (let count = 1; count <= 3; count += 1) {
      if (turn > 0 || count > 1) await round(under)
      t.equal(under.verdicts()?.readiness, 'success', `${count} success (${turn})`)
    }
    under.runner.answers.set('well?', 'failure')
    for (let count = 1; count <= 2; count += 1) {
      await round(under)
      t.equal(under.verdicts()?.readiness, 'success', `${count} failing (${turn})`)
    }
    for (let count = 3; count <= 5; count += 1) {
      await round(under)
      t.equal(under.verdicts()?.readiness, 'failure', `${count} failure (${turn})`)
    }
  }
})

await t.test('TestSuccessThreshold', async (t) => {
  const under = aProber()
  under.watch(only('readiness', aProbe({ successThreshold: 3, failureThreshold: 1 })))
  await under.seconds(5)
  for (let turn = 0; turn < 2; turn += 1) {
    for (let count = 1; count <= 2; count += 1) {
      if (turn > 0 || count > 1) await round(under)
      t.equal(under.verdicts()?.readiness, 'failure', `${count} success (${turn})`)
    }
    for (let count = 3; count <= 5; count += 1) {
      await round(under)
      t.equal(under.verdicts()?.readiness, 'success', `${count} success (${turn})`)
    }
    under.runner.answers.set('well?', 'failure')
    await round(under)
    t.equal(under.verdicts()?.readiness, 'failure', `1 failure (${turn})`)
    under.runner.answers.set('well?', 'success')
  }
})

await t.test('TestOnHoldOnLivenessOrStartupCheckFailure', async (t) => {
  for (const kind of ['liveness', 'startup'] as const) {
    const under = aProber()
    const probes = only(kind, aProbe({ failureThreshold: 1 }))
    under.runner.answers.set('well?', 'failure')
    under.watch(probes)
    await under.seconds(5)
    t.equal(under.verdicts()?.[kind], 'failure', 'first probe')
    t.equal(under.verdicts()?.why, 'it is not well')
    t.equal(under.asked().length, 1)

    under.runner.answers.set('well?', 'success')
    await under.seconds(100)
    under.watch(probes)
    await under.seconds(100)
    t.same(under.asked(), [], 'while on hold nobody asks')
    t.equal(under.verdicts()?.[kind], 'failure', 'while on hold')

    under.watch({ ...probes, id: containerId('two'), startedAtMs: under.clock.wallMs() })
    await under.seconds(5)
    t.equal(under.verdicts('two')?.[kind], 'success', 'hold lifted by another container id')
    t.equal(under.verdicts('one'), undefined)
  }
})

await t.test('TestResultRunOnLivenessCheckFailure, TestResultRunOnStartupCheckFailure', async (t) => {
  for (const kind of ['liveness', 'startup'] as const) {
    const under = aProber()
    const probes = only(kind, aProbe({ failureThreshold: 3 }))
    under.runner.answers.set('well?', 'failure')
    under.watch(probes)
    await under.seconds(5)
    await round(under)
    t.not(under.verdicts()?.[kind], 'failure', 'two failures')
    await round(under)
    t.equal(under.verdicts()?.[kind], 'failure', 'three failures')
    under.watch({ ...probes, id: containerId('two'), startedAtMs: under.clock.wallMs() })
    await under.seconds(5)
    await round(under)
    t.not(under.verdicts('two')?.[kind], 'failure', 'failures of the instance before do not count')
  }
})

await t.test(
  'TestLivenessProbeDisabledByStarted: before the startup probe succeeded, others are not run',
  async (t) => {
    const under = aProber()
    under.runner.answers.set('started?', 'failure').set('alive?', 'failure').set('ready?', 'success')
    under.watch({
      probes: {
        startup: aProbe({ handler: question('started?'), failureThreshold: 30 }),
        liveness: aProbe({ handler: question('alive?'), failureThreshold: 1 }),
        readiness: aProbe({ handler: question('ready?') }),
      },
    })
    await under.seconds(45)
    t.same(new Set(under.asked()), new Set(['started?']))
    t.match(under.verdicts(), { startup: 'unknown', readiness: 'failure', liveness: 'success' })

    under.runner.answers.set('started?', 'success')
    await under.seconds(10)
    t.match(under.verdicts(), { startup: 'success', readiness: 'success', liveness: 'failure' })
    const startedMs = under.runner.asked.findLast(({ name }) => name === 'started?')!.atTickMs
    const readyMs = under.runner.asked.find(({ name }) => name === 'ready?')!.atTickMs
    t.ok(readyMs - startedMs < 100, 'readiness is asked at once when the container has started')
  },
)

await t.test('TestStartupProbeFailureThreshold', async (t) => {
  const under = aProber()
  under.runner.answers.set('well?', 'failure')
  under.watch(only('startup', aProbe({ failureThreshold: 3 })))
  await under.seconds(5)
  for (let count = 1; count <= 3; count += 1) {
    if (count > 1) await round(under)
    t.equal(under.verdicts()?.startup, count < 3 ? 'unknown' : 'failure', `${count} failure`)
  }
})

await t.test('TestStartupProbeSuccessThreshold', async (t) => {
  const under = aProber()
  under.watch(only('startup', aProbe({ successThreshold: 1, failureThreshold: 3 })))
  await under.seconds(5)
  t.equal(under.verdicts()?.startup, 'success', '1 success')
  t.equal(under.asked().length, 1)
})

await t.test('TestStartupProbeDisabledByStarted: once started, it is not run again', async (t) => {
  const under = aProber()
  under.runner.answers.set('well?', 'failure')
  under.watch(only('startup', aProbe({ failureThreshold: 2 })))
  await under.seconds(5)
  t.equal(under.verdicts()?.startup, 'unknown', 'not started, below the threshold')
  under.runner.answers.set('well?', 'success')
  await round(under)
  t.equal(under.verdicts()?.startup, 'success', 'started')
  under.asked()
  under.runner.answers.set('well?', 'failure')
  await under.seconds(100)
  t.same(under.asked(), [])
  t.equal(under.verdicts()?.startup, 'success')
})

await t.test('TestHandleCrash: a question that could not be put changes nothing', async (t) => {
  const under = aProber()
  under.watch(only('readiness', aProbe({ failureThreshold: 2 })))
  await under.seconds(5)
  t.equal(under.verdicts()?.readiness, 'success')
  under.runner.answers.set('well?', 'unknown')
  await under.seconds(100)
  t.equal(under.verdicts()?.readiness, 'success')
  t.equal(under.asked().length, 11, 'and podkeep keeps asking')
  const answers: ('failure' | 'unknown')[] = ['failure', 'unknown', 'failure']
  for (const answer of answers) {
    under.runner.answers.set('well?', answer)
    await round(under)
  }
  t.equal(under.verdicts()?.readiness, 'failure', 'it does not break a row either')
})

await t.test('TestCleanUp: what is watched no more costs nothing, and close is final', async (t) => {
  const under = aProber()
  under.runner.answerAfterMs = 500
  under.watch(only('readiness'))
  await under.seconds(0.1)
  t.equal(under.runner.underWay, 1)
  under.prober.watch(thePod, [])
  t.equal(under.runner.underWay, 0, 'a question that is under way is given up')
  under.watch(only('readiness'))
  await under.seconds(0.1)
  under.prober.close()
  under.prober.close()
  t.equal(under.runner.underWay, 0)
  t.equal(under.told(), 0)
  under.asked()
  under.watch(only('readiness'))
  await under.seconds(100)
  t.same(under.asked(), [])
  t.equal(under.prober.verdicts(thePod).size, 0)
})

await t.test('TestAddRemovePodsWithRestartableInitContainer: each container and each pod has its own', async (t) => {
  const under = aProber()
  const other = podKey('default', 'other')
  const base = {
    podUid: podUid('uid'),
    startedAtMs: under.clock.wallMs(),
    address: '10.0.0.3',
    isStopping: false,
    known: null,
  }
  const target = (name: string) => ({
    ...base,
    name,
    id: containerId(name),
    probes: { ...noProbes, readiness: aProbe({ handler: question(name) }) },
  })
  under.runner.answers.set('sidecar', 'failure')
  under.prober.watch(thePod, [target('sidecar'), target('app')])
  under.prober.watch(other, [target('else')])
  await under.seconds(5)
  t.match(under.verdicts('app'), { readiness: 'success' })
  t.match(under.verdicts('sidecar'), { readiness: 'failure' })
  t.same([...under.prober.verdicts(other).keys()], ['else'])
  under.prober.watch(thePod, [target('app')])
  await under.seconds(5)
  under.asked()
  await under.seconds(10)
  t.same(under.asked().sort(), ['app', 'else'])
})

await t.test('graceful shutdown: liveness and startup are asked no more, readiness goes on', async (t) => {
  const under = aProber()
  const probes = {
    startup: null,
    readiness: aProbe({ handler: question('ready?'), failureThreshold: 1 }),
    liveness: aProbe({ handler: question('alive?'), failureThreshold: 1 }),
  }
  under.watch({ probes })
  await under.seconds(5)
  under.asked()
  under.runner.answers.set('ready?', 'failure').set('alive?', 'failure')
  under.watch({ probes, isStopping: true })
  await under.seconds(30)
  t.same(new Set(under.asked()), new Set(['ready?']))
  t.match(under.verdicts(), { readiness: 'failure', liveness: 'success' })
})

await t.test('the rhythm', async (t) => {
  await t.test('is the period from question to question, however long an answer takes', async (t) => {
    const under = aProber()
    under.runner.answerAfterMs = 700
    under.watch(only('readiness'))
    await under.seconds(95)
    const times = under.runner.asked.map(({ atTickMs }) => atTickMs - under.runner.asked[0]!.atTickMs)
    t.equal(times.length, 10)
    for (const [index, time] of times.entries()) t.ok(Math.abs(time - index * 10_000) <= 40, `${time}`)
  })

  await t.test(
    'an answer that takes longer than the period is followed by the next question, one at a time',
    async (t) => {
      const under = aProber()
      under.runner.answerAfterMs = 2500
      under.watch(only('readiness', aProbe({ periodMs: 1 * second, timeoutMs: 5 * second })))
      for (let steps = 0; steps < 300; steps += 1) {
        await under.seconds(0.1)
        t.ok(under.runner.underWay <= 1)
      }
      t.ok(under.asked().length >= 11)
    },
  )

  await t.test('is kept when nothing has changed', async (t) => {
    const under = aProber()
    under.watch(only('readiness'))
    for (let steps = 0; steps < 48; steps += 1) {
      await under.seconds(1)
      under.watch(only('readiness', aProbe()))
    }
    t.equal(under.asked().length, 5)
  })

  await t.test(
    'containers that were there before podkeep are spread over the period, new ones are asked at once',
    async (t) => {
      const under = aProber({ random: 0.7 })
      under.watch({ ...only('readiness'), startedAtMs: under.clock.wallMs() - 3600 * second })
      await under.seconds(6.9)
      t.same(under.asked(), [])
      await under.seconds(0.2)
      t.equal(under.asked().length, 1)
      under.watch({ ...only('readiness'), id: containerId('two'), startedAtMs: under.clock.wallMs() })
      await under.seconds(0.1)
      t.equal(under.asked().length, 1)
    },
  )
})

await t.test(
  'TestChangeContainerStatusOnKubeletRestart: what an earlier podkeep knew holds until a probe says otherwise',
  async (t) => {
    const probes = {
      startup: aProbe({ handler: question('started?') }),
      readiness: aProbe({ handler: question('ready?'), failureThreshold: 2 }),
      liveness: aProbe({ handler: question('alive?') }),
    }
    await t.test('ready stays ready, started stays started, and nobody is told', async (t) => {
      const under = aProber({ random: 0.5 })
      const startedAtMs = under.clock.wallMs() - 3600 * second
      under.watch({ probes, startedAtMs, known: { startup: 'success', readiness: 'success' } })
      t.match(under.verdicts(), { startup: 'success', readiness: 'success', liveness: 'success' })
      await under.seconds(60)
      t.equal(under.told(), 0)
      t.notOk(under.asked().includes('started?'))
    })
    await t.test('what has failed meanwhile is found by the usual count', async (t) => {
      const under = aProber()
      under.runner.answers.set('ready?', 'failure')
      const startedAtMs = under.clock.wallMs() - 3600 * second
      under.watch({ probes, startedAtMs, known: { startup: 'success', readiness: 'success' } })
      await under.seconds(5)
      t.equal(under.verdicts()?.readiness, 'success')
      await under.seconds(10)
      t.equal(under.verdicts()?.readiness, 'failure')
    })
    await t.test('one that had not started yet goes on starting', async (t) => {
      const under = aProber()
      under.runner.answers.set('started?', 'failure')
      under.watch({ probes, known: { startup: 'unknown', readiness: 'failure' } })
      await under.seconds(5)
      t.same(under.asked(), ['started?'])
      t.match(under.verdicts(), { startup: 'unknown', readiness: 'failure' })
    })
  },
)

await t.test('an edited probe takes effect without a restart', async (t) => {
  await t.test('the next question is the new one, at once, and the verdict holds until it is decided', async (t) => {
    const under = aProber()
    under.watch(only('readiness', aProbe({ handler: question('old?') })))
    await under.seconds(5)
    t.same(under.asked(), ['old?'])
    under.runner.answers.set('new?', 'failure')
    under.watch(only('readiness', aProbe({ handler: question('new?'), failureThreshold: 2, periodMs: 5 * second })))
    t.equal(under.verdicts()?.readiness, 'success')
    await under.seconds(1)
    t.same(under.asked(), ['new?'])
    t.equal(under.verdicts()?.readiness, 'success')
    await under.seconds(5)
    t.equal(under.verdicts()?.readiness, 'failure')
  })

  await t.test('answers to the old question do not count for the new one', async (t) => {
    const under = aProber()
    under.runner.answerAfterMs = 3000
    under.runner.answers.set('old?', 'failure')
    under.watch(only('liveness', aProbe({ handler: question('old?'), failureThreshold: 1 })))
    await under.seconds(1)
    under.watch(only('liveness', aProbe({ handler: question('new?'), failureThreshold: 1 })))
    await under.seconds(30)
    t.equal(under.verdicts()?.liveness, 'success')
    t.equal(under.runner.asked.filter(({ name }) => name === 'old?').length, 1)
  })

  await t.test(
    'a probe that is added starts from what the container was, one that is taken away lets it be well',
    async (t) => {
      const under = aProber()
      under.watch()
      await under.seconds(60)
      under.runner.answers.set('well?', 'failure')
      under.watch(only('readiness', aProbe({ failureThreshold: 1 })))
      t.equal(under.verdicts()?.readiness, 'success', 'no flap')
      await under.seconds(1)
      t.equal(under.verdicts()?.readiness, 'failure')
      under.watch()
      t.equal(under.verdicts()?.readiness, 'success')
      under.asked()
      await under.seconds(60)
      t.same(under.asked(), [])
    },
  )

  await t.test('a startup probe that is added to a started container is not for this instance', async (t) => {
    const under = aProber()
    under.watch()
    under.watch(only('startup'))
    await under.seconds(60)
    t.same(under.asked(), [])
    t.equal(under.verdicts()?.startup, 'success')
  })

  await t.test('a failed one stays on hold: the container is being restarted', async (t) => {
    const under = aProber()
    under.runner.answers.set('well?', 'failure')
    under.watch(only('liveness', aProbe({ failureThreshold: 1 })))
    await under.seconds(5)
    under.watch(only('liveness', aProbe({ handler: question('new?') })))
    await under.seconds(60)
    t.equal(under.verdicts()?.liveness, 'failure')
    t.same(under.asked(), ['well?'])
  })

  await t.test('the address is the one that is known when it asks', async (t) => {
    const under = aProber()
    under.watch(only('readiness'))
    await under.seconds(5)
    under.watch({ ...only('readiness'), address: '10.0.0.9' })
    await round(under)
    t.same(
      under.runner.asked.map(({ place }) => place.address),
      ['10.0.0.2', '10.0.0.9'],
    )
  })
})

await t.test('a changed verdict is logged with its reason, and a steady one is not', async (t) => {
  const under = aProber()
  under.watch(only('readiness', aProbe({ failureThreshold: 1 })))
  await under.seconds(30)
  under.runner.answers.set('well?', 'failure')
  await under.seconds(60)
  const lines = under.lines.filter(({ level }) => level !== 'debug')
  t.match(lines, [
    { level: 'info', phrase: 'container passes its probe', fields: { container: 'app', probe: 'readiness' } },
    { level: 'warn', phrase: 'container fails its probe', fields: { probe: 'readiness', reason: 'it is not well' } },
  ])
  t.equal(lines.length, 2)
})
