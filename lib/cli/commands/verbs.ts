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
    name: 'validate',
    summary: 'check manifests as "podkeep run" would read them; needs no engine',
    group: 'Change:',
    load: () => import('./validate.js'),
  },
  {
    name: 'version',
    summary: "print podkeep's version",
    group: 'Help:',
    load: () => import('./version.js'),
  },
]
