/** When a CronJob is due: Kubernetes' form of a schedule, days that are 23 and 25 hours long, ends of months. */

import { t } from 'tap'

import { isTimeZone, latestTime, nextTime, scheduleFault } from '../../../lib/manifest/cron-schedule.js'

const at = (text: string): number => Date.parse(text)

/** The next times, as written in UTC without seconds. */
function times(expression: string, timeZone: string, after: string, count: number): string[] {
  const found: string[] = []
  let ms = at(after)
  for (let left = count; left > 0; left -= 1) {
    const next = nextTime({ expression, timeZone }, ms, 0)
    if (next === null) return [...found, 'never']
    found.push(new Date(next).toISOString().slice(0, 16))
    ms = next
  }
  return found
}

t.test('fields, ranges, steps, lists, names and macros', (test) => {
  const cases: readonly (readonly [string, string, readonly string[]])[] = [
    ['* * * * *', '2026-03-01T10:00:30Z', ['2026-03-01T10:01', '2026-03-01T10:02']],
    ['*/20 * * * *', '2026-03-01T10:00:00Z', ['2026-03-01T10:20', '2026-03-01T10:40', '2026-03-01T11:00']],
    ['5/20 9 * * *', '2026-03-01T10:00:00Z', ['2026-03-02T09:05', '2026-03-02T09:25', '2026-03-02T09:45']],
    ['0 8-10/2,20 * * *', '2026-03-01T09:00:00Z', ['2026-03-01T10:00', '2026-03-01T20:00', '2026-03-02T08:00']],
    ['0 0 * jan MON', '2026-03-01T00:00:00Z', ['2027-01-04T00:00', '2027-01-11T00:00']],
    ['0 0 31 * *', '2026-01-31T00:00:00Z', ['2026-03-31T00:00', '2026-05-31T00:00', '2026-07-31T00:00']],
    ['0 0 29 2 *', '2026-01-01T00:00:00Z', ['2028-02-29T00:00', '2032-02-29T00:00']],
    // Both days given: either of them is enough.
    ['0 0 13 * 5', '2026-02-01T00:00:00Z', ['2026-02-06T00:00', '2026-02-13T00:00', '2026-02-20T00:00']],
    ['0 0 13 ? *', '2026-02-01T00:00:00Z', ['2026-02-13T00:00', '2026-03-13T00:00']],
    ['*/90 3 1/10 * *', '2026-03-01T10:00:00Z', ['2026-03-11T03:00', '2026-03-21T03:00', '2026-03-31T03:00']],
    ['@hourly', '2026-03-01T10:00:00Z', ['2026-03-01T11:00']],
    ['@daily', '2026-12-31T10:00:00Z', ['2027-01-01T00:00']],
    ['@midnight', '2026-12-31T10:00:00Z', ['2027-01-01T00:00']],
    ['@weekly', '2026-03-02T00:00:00Z', ['2026-03-08T00:00']],
    ['@monthly', '2026-03-02T00:00:00Z', ['2026-04-01T00:00']],
    ['@yearly', '2026-03-02T00:00:00Z', ['2027-01-01T00:00']],
    ['@every 90m', '1970-01-01T03:00:00Z', ['1970-01-01T04:30', '1970-01-01T06:00']],
  ]
  for (const [expression, after, expected] of cases)
    test.same(times(expression, 'UTC', after, expected.length), expected, expression)
  test.end()
})

t.test('a named hour follows the wall clock: late in spring, once in autumn', (test) => {
  const berlin = (expression: string, after: string, count: number): string[] =>
    times(expression, 'Europe/Berlin', after, count)
  // 02:30 does not exist on the 29th: it runs when the clock says 03:30.
  test.same(berlin('30 2 * * *', '2026-03-28T00:00:00Z', 3), [
    '2026-03-28T01:30',
    '2026-03-29T01:30',
    '2026-03-30T00:30',
  ])
  // 02:30 comes twice on the 25th.
  test.same(berlin('30 2 * * *', '2026-10-24T00:00:00Z', 3), [
    '2026-10-24T00:30',
    '2026-10-25T00:30',
    '2026-10-26T01:30',
  ])
  test.end()
})

t.test('what runs in every hour follows the time that passes', (test) => {
  const expected = (from: string, stepMinutes: number, count: number): string[] =>
    Array.from({ length: count }, (_, n) =>
      new Date(at(from) + (n + 1) * stepMinutes * 60_000).toISOString().slice(0, 16),
    )
  for (const from of ['2026-03-28T23:00:00Z', '2026-10-24T23:00:00Z']) {
    test.same(times('0 * * * *', 'Europe/Berlin', from, 5), expected(from, 60, 5))
    test.same(times('*/15 * * * *', 'Europe/Berlin', from, 16), expected(from, 15, 16))
  }
  // Half an hour: Lord Howe Island.
  test.same(times('0 * * * *', 'Australia/Lord_Howe', '2026-04-04T13:30:00Z', 3), [
    '2026-04-04T14:00',
    '2026-04-04T15:30',
    '2026-04-04T16:30',
  ])
  // Every second hour of the wall clock.
  test.same(times('0 */2 * * *', 'Europe/Berlin', '2026-03-28T22:30:00Z', 3), [
    '2026-03-28T23:00',
    '2026-03-29T02:00',
    '2026-03-29T04:00',
  ])
  test.end()
})

t.test('the last time that was missed is found, however long ago it was asked last', (test) => {
  const latest = (expression: string, after: string, now: string): string | null => {
    const schedule = { expression, timeZone: 'UTC' }
    const ms = latestTime(schedule, { afterMs: at(after), nowMs: at(now), sinceMs: 0 })
    return ms === null ? null : new Date(ms).toISOString().slice(0, 16)
  }
  test.equal(latest('* * * * *', '2020-01-01T00:00:00Z', '2026-03-01T10:00:30Z'), '2026-03-01T10:00')
  test.equal(latest('0 3 * * *', '2026-02-01T00:00:00Z', '2026-03-01T02:59:59Z'), '2026-02-28T03:00')
  test.equal(
    latest('0 3 * * *', '2026-02-28T03:00:00Z', '2026-03-01T03:00:00Z'),
    '2026-03-01T03:00',
    'its own moment counts',
  )
  test.equal(latest('0 3 * * *', '2026-02-28T03:00:00Z', '2026-03-01T02:59:59Z'), null)
  test.equal(latest('0 0 29 2 *', '2025-01-01T00:00:00Z', '2026-03-01T00:00:00Z'), null)
  test.equal(latest('* * * * *', '2026-03-01T10:00:00Z', '2025-03-01T10:00:00Z'), null, 'the clock was set back')
  test.end()
})

t.test('what is no schedule says why', (test) => {
  const cases: readonly (readonly [string, string])[] = [
    ['', 'must have five fields (minute, hour, day of month, month, day of week), and has 0'],
    ['* * * *', 'must have five fields (minute, hour, day of month, month, day of week), and has 4'],
    [
      '0 * * * * *',
      'must have five fields (minute, hour, day of month, month, day of week), and has 6|there are no seconds here: leave the first field out',
    ],
    ['60 * * * *', 'minute "60": must be 0 to 59'],
    ['* 24 * * *', 'hour "24": must be 0 to 23'],
    ['* * 0 * *', 'day of month "0": must be 1 to 31'],
    ['* * * foo *', 'month "foo": must be 1 to 12 or jan to dec'],
    ['* * * * 7', 'day of week "7": must be 0 to 6 or sun to sat: Sunday is 0'],
    ['* * L * *', 'day of month "L": must be 1 to 31'],
    [
      '* * * * 5#2',
      'day of week "5#2": "5#2" is none of *, a number, a range like 1-5, or one of them with a step like /2',
    ],
    ['*/0 * * * *', 'minute "*/0": a step must be greater than 0'],
    ['30-10 * * * *', 'minute "30-10": 30 is after 10'],
    ['1,,2 * * * *', 'minute "1,,2": "" is none of *, a number, a range like 1-5, or one of them with a step like /2'],
    ['0 0 30 2 *', 'names a day that never comes'],
    [
      '@noon',
      'must be one of @yearly, @annually, @monthly, @weekly, @daily, @midnight, @hourly, or @every and a duration',
    ],
    ['@every day', 'must be @every and a duration like 90m or 1h30m'],
    ['@every 30s', 'must be @every and at least one minute|a run is named by its minute'],
    ['TZ=UTC * * * * *', 'must not name a time zone|write spec.timeZone'],
  ]
  for (const [text, expected] of cases) {
    const fault = scheduleFault(text)
    test.equal([fault?.message, fault?.suggestion].filter((part) => typeof part === 'string').join('|'), expected, text)
  }
  test.end()
})

t.test('a time zone has a name', (test) => {
  for (const name of ['UTC', 'Etc/UTC', 'Europe/Berlin', 'America/Argentina/Buenos_Aires'])
    test.ok(isTimeZone(name), name)
  for (const name of ['', 'Local', 'Mars/Olympus', '+02:00', 'Europe/Berlin ']) test.notOk(isTimeZone(name), name)
  test.end()
})
