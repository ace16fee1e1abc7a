/** What is verified before a container is made, and before anything makes way for it. Source: kubelet verifyRunAsNonRoot. */

import t from 'tap'

import { profileKey, type Plan, type PlanContext } from '../../../lib/plan/index.js'
import {
  usualSecurity,
  type ContainerSecurity,
  type DesiredPod,
  type ProfileFound,
  type ProfileName,
  type SecuritySpec,
} from '../../../lib/pod/index.js'
import { deeds, run, waits } from '../../support/plans.js'
import { aContainer, aPod, nowTickMs, second, seen } from '../../support/pods.js'

const podWith = (security: Partial<ContainerSecurity>): DesiredPod =>
  aPod({ containers: [aContainer('app', { security: { ...usualSecurity, ...security } })] })

const imageOf = (user: string, agoMs = 0): Pick<PlanContext, 'images'> => ({
  images: new Map([['app:1', { present: true, user, atTickMs: nowTickMs - agoMs }]]),
})

const profileFact = (profile: ProfileName, found: ProfileFound, agoMs = 0): Pick<PlanContext, 'profiles'> => ({
  profiles: new Map([[profileKey(profile), { found, atTickMs: nowTickMs - agoMs }]]),
})

/** Of a pod whose sandbox runs. */
const planOf = (security: Partial<ContainerSecurity>, context: Partial<PlanContext> = {}): Plan => {
  const pod = podWith(security)
  return run(pod, [seen(pod, 'POD')], context)
}

const securityIn = (plan: Plan): SecuritySpec | undefined =>
  plan.actions.flatMap((action) => (action.kind === 'CreateContainer' ? [action.spec.security] : []))[0]

const asRoot =
  'CreateContainerConfigError app in 10 s: container has runAsNonRoot and image will run as root (set runAsUser to another number than 0, or build the image with USER)'

t.test('the user is the container’s, with its group; the image’s is left to the engine', (t) => {
  const userOf = (security: Partial<ContainerSecurity>): string | null | undefined =>
    securityIn(planOf(security, { images: new Map() }))?.user
  t.equal(userOf({}), null, 'and nobody looks at the image')
  t.equal(userOf({ runAsUser: 0 }), '0')
  t.equal(userOf({ runAsUser: 7, runAsGroup: 0 }), '7:0')
  t.equal(userOf({ runAsUser: 7, runAsNonRoot: true }), '7')
  t.end()
})

t.test('a group alone is the group of the image’s user, who is root where it names none', (t) => {
  const userOf = (user: string): string | null | undefined => securityIn(planOf({ runAsGroup: 5 }, imageOf(user)))?.user
  t.equal(userOf(''), '0:5')
  t.equal(userOf('www'), 'www:5')
  t.equal(userOf('7:8'), '7:5')
  t.same(deeds(planOf({ runAsGroup: 5 }, { images: new Map() })), ['InspectImage app:1 (Missing)'])
  t.end()
})

t.test('runAsNonRoot: the user that was verified is the one that runs', (t) => {
  const plan = (user: string): Plan => planOf({ runAsNonRoot: true }, imageOf(user))
  t.equal(securityIn(plan('7'))?.user, '7')
  t.equal(securityIn(plan('7:0'))?.user, '7:0')
  t.equal(securityIn(planOf({ runAsNonRoot: true, runAsGroup: 3 }, imageOf('7:8')))?.user, '7:3')
  for (const root of ['', '0', '00', '0:7', ' ', ':5']) {
    t.same(deeds(plan(root)), [], root)
    t.same(waits(plan(root)), [asRoot], root)
  }
  for (const name of ['www', 'root', 'www:www', '-1', '1e3'])
    t.match(waits(plan(name)), [
      new RegExp(
        `^CreateContainerConfigError app in 10 s: container has runAsNonRoot and image has non-numeric user \\(${name.replace(/:.*/, '')}\\), cannot verify user is non-root `,
      ),
    ])
  t.end()
})

t.test('runAsNonRoot: nothing is made before the image was looked at, and it is looked at again after 10 s', (t) => {
  const security = { runAsNonRoot: true }
  t.same(deeds(planOf(security, { images: new Map() })), ['InspectImage app:1 (Missing)'])
  t.same(deeds(planOf(security, imageOf('', 10 * second))), ['InspectImage app:1 (Missing)'])
  t.same(waits(planOf(security, imageOf('', 10 * second))), [asRoot.replace(' in 10 s', '')], 'and says why meanwhile')
  t.same(deeds(planOf(security, imageOf('7', 10 * second))), ['InspectImage app:1 (Missing)'])
  t.same(deeds(planOf(security, imageOf('7', 9 * second))), ['CreateContainer app-0 (Missing)'])
  t.end()
})

t.test('what runs is not ended for an edit that could not be made', (t) => {
  const before = podWith({})
  const edited = podWith({ runAsNonRoot: true })
  const running = [seen(before, 'POD'), seen(before, 'app')]
  t.same(deeds(run(edited, running, imageOf(''))), [])
  t.same(waits(run(edited, running, imageOf(''))), [asRoot])
  t.same(deeds(run(edited, running, imageOf('7'))), ['KillContainer app-0 SIGTERM (Edited)'])
  const ofSandbox: DesiredPod = { ...edited, sysctls: { 'net.ipv4.tcp_syncookies': '0' } }
  t.same(deeds(run(ofSandbox, running, imageOf(''))), [], 'nor for one of the whole pod')
  t.same(deeds(run(ofSandbox, running, imageOf('7'))), ['KillContainer app-0 SIGTERM (SandboxEdited)'])
  t.end()
})

t.test('a seccomp profile is read anew for each container, and waited for', (t) => {
  const profile = { kind: 'seccomp', name: 'a/b.json' } as const
  const security: Partial<ContainerSecurity> = { seccomp: { kind: 'Localhost', name: 'a/b.json' } }
  t.equal(securityIn(planOf({}))?.seccomp, null)
  t.equal(securityIn(planOf({ seccomp: { kind: 'Unconfined' } }))?.seccomp, 'unconfined')
  const look = ['FindProfile seccomp a/b.json for app (Missing)']
  t.same(deeds(planOf(security)), look)
  const text = '{"defaultAction":"SCMP_ACT_ALLOW"}'
  t.equal(securityIn(planOf(security, profileFact(profile, { text })))?.seccomp, text)
  t.same(deeds(planOf(security, profileFact(profile, { text }, 2 * second))), look, 'it may have changed')
  const missing = profileFact(profile, { problem: 'there is no such file' })
  t.same(deeds(planOf(security, missing)), [])
  t.same(waits(planOf(security, missing)), ['CreateContainerConfigError app in 2 s: there is no such file'])
  const stale = profileFact(profile, { problem: 'there is no such file' }, 2 * second)
  t.same(deeds(planOf(security, stale)), look)
  t.same(waits(planOf(security, stale)), ['CreateContainerConfigError app: there is no such file'])
  t.end()
})

t.test('an AppArmor profile has to be loaded, and the machine to have AppArmor', (t) => {
  const profile = { kind: 'appArmor', name: 'mine' } as const
  const security: Partial<ContainerSecurity> = { appArmor: { kind: 'Localhost', name: 'mine' } }
  const usual: Partial<ContainerSecurity> = { appArmor: { kind: 'RuntimeDefault' } }
  t.equal(securityIn(planOf(security, profileFact(profile, { text: '' })))?.appArmor, 'mine')
  t.equal(securityIn(planOf({ appArmor: { kind: 'Unconfined' } }, { hasAppArmor: false }))?.appArmor, 'unconfined')
  for (const hasAppArmor of [true, null]) t.equal(securityIn(planOf(usual, { hasAppArmor }))?.appArmor, null)
  for (const wanted of [security, usual])
    t.same(waits(planOf(wanted, { hasAppArmor: false })), [
      'CreateContainerConfigError app: cannot enforce AppArmor: the engine’s machine does not have it',
    ])
  t.end()
})

t.test('sysctls are the sandbox’s, or the container’s own where there is none', (t) => {
  const sysctls = { 'kernel.shm_rmid_forced': '1' }
  const pod = aPod({ sysctls })
  t.match(run(pod, []).actions[0], { kind: 'CreateSandbox', spec: { sysctls } })
  t.match(run(pod, [seen(pod, 'POD')]).actions[0], { kind: 'CreateContainer', spec: { sysctls: {} } })
  const alone = aPod({ sysctls, hostNetwork: true })
  t.match(run(alone, []).actions[0], { kind: 'CreateContainer', spec: { sysctls } })
  t.end()
})
