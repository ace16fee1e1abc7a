/** Every verb there is, in the order of the help. A new one: its file here in commands/, and its row. */

import type { Verb } from '../verb.js'

export const verbs: readonly Verb[] = [
  {
    name: 'run',
    summary: 'keep the pods of a directory running, until told to end',
    group: 'The program:',
    load: () => import('./run.js'),
  },
  {
    name: 'get',
    summary: 'show what a running podkeep does',
    group: 'Look:',
    load: () => import('./get.js'),
  },
  {
    name: 'describe',
    summary: 'everything about a pod, a manifest or this machine',
    group: 'Look:',
    load: () => import('./describe.js'),
  },
  {
    name: 'logs',
    summary: 'what containers wrote',
    group: 'Look:',
    load: () => import('./logs.js'),
  },
  {
    name: 'events',
    summary: 'what happened',
    group: 'Look:',
    load: () => import('./events.js'),
  },
  {
    name: 'top',
    summary: 'what pods and this machine use',
    group: 'Look:',
    load: () => import('./top.js'),
  },
  {
    name: 'wait',
    summary: 'wait until pods are as asked',
    group: 'Look:',
    load: () => import('./wait.js'),
  },
  {
    name: 'exec',
    summary: 'run a command in a container',
    group: 'Reach into a container:',
    load: () => import('./exec.js'),
  },
  {
    name: 'attach',
    summary: 'join the input and output of a container',
    group: 'Reach into a container:',
    load: () => import('./attach.js'),
  },
  {
    name: 'cp',
    summary: 'copy files into and out of containers',
    group: 'Reach into a container:',
    load: () => import('./cp.js'),
  },
  {
    name: 'port-forward',
    summary: 'reach ports of a pod from this machine',
    group: 'Reach into a container:',
    load: () => import('./port-forward.js'),
  },
  {
    name: 'validate',
    summary: 'check manifests as "podkeep run" would read them; needs no engine',
    group: 'Change:',
    load: () => import('./validate.js'),
  },
  {
    name: 'diff',
    summary: 'tell what an edit would restart, and why',
    group: 'Change:',
    load: () => import('./diff.js'),
  },
  {
    name: 'apply',
    summary: 'write manifests into the directory, once they are found right',
    group: 'Change:',
    load: () => import('./apply.js'),
  },
  {
    name: 'delete',
    summary: 'take manifests out of the directory',
    group: 'Change:',
    load: () => import('./delete.js'),
  },
  {
    name: 'edit',
    summary: 'edit a manifest, checked before it counts',
    group: 'Change:',
    load: () => import('./edit.js'),
  },
  {
    name: 'restart',
    summary: 'replace the containers of pods',
    group: 'Change:',
    load: () => import('./restart.js'),
  },
  {
    name: 'rollout',
    summary: 'the manifests a pod had, and back to one of them',
    group: 'Change:',
    load: () => import('./rollout.js'),
  },
  {
    name: 'doctor',
    summary: 'check this machine and say what to mend',
    group: 'Help:',
    load: () => import('./doctor.js'),
  },
  {
    name: 'explain',
    summary: 'what a field means, and what podkeep does with it',
    group: 'Help:',
    load: () => import('./explain.js'),
  },
  {
    name: 'completion',
    summary: 'a script that completes words in bash, zsh and fish',
    group: 'Help:',
    load: () => import('./completion.js'),
  },
  {
    name: 'version',
    summary: "print podkeep's version",
    group: 'Help:',
    load: () => import('./version.js'),
  },
  {
    name: 'complete',
    summary: 'what may come next; the completion scripts ask it',
    group: 'For shells:',
    load: () => import('./complete.js'),
  },
]
