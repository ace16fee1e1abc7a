/** Rows of the table of settings: what this node is called and labelled. */

import { isLabel } from '../manifest/index.js'
import type { OptionTable } from './option-row.js'

export interface NodeConfig {
  readonly nodeName: string
  readonly nodeLabels: Readonly<Record<string, string>>
}

export const nodeRows: OptionTable<NodeConfig> = {
  nodeName: {
    flag: '--node-name <name>',
    variable: 'PODKEEP_NODE_NAME',
    meaning: 'name of this node; podkeep only ever touches containers labelled with it',
    kubelet: '--hostname-override',
    defaultMeaning: "the machine's host name",
    defaultValue: ({ hostName }) => toNodeName(hostName),
    parse: (text) => (isNodeName(text) ? text : null),
    expected: 'lower-case letters, digits, "-" and ".", such as "box-1"',
  },
  nodeLabels: {
    flag: '--node-labels <key=value,...>',
    variable: 'PODKEEP_NODE_LABELS',
    meaning: 'labels of this node beside those that every node has; nodeSelector and nodeAffinity ask for them',
    kubelet: '--node-labels',
    defaultMeaning: 'none',
    defaultValue: () => ({}),
    parse: labelsIn,
    expected: 'a list of labels, such as "disktype=ssd,example.com/rack=7"',
  },
}

/** null: one of them can be no label, or two have the same key. */
function labelsIn(text: string): Readonly<Record<string, string>> | null {
  const pairs = text.split(',').map((pair) => {
    const [key = '', value, ...rest] = pair.trim().split('=')
    return value === undefined || rest.length > 0 || !isLabel(key, value) ? null : ([key, value] as const)
  })
  const labels = pairs.filter((pair) => pair !== null)
  const known = new Map(labels)
  return labels.length === pairs.length && known.size === pairs.length ? Object.fromEntries(known) : null
}

/** A DNS subdomain, as Kubernetes wants a node's name to be. */
function isNodeName(text: string): boolean {
  return text.length <= 253 && text.split('.').every((label) => /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(label))
}

/** The nearest DNS subdomain to what a machine calls itself. */
function toNodeName(hostName: string): string {
  const labels = hostName
    .toLowerCase()
    .split('.')
    .map((label) =>
      label
        .replace(/[^a-z0-9]+/g, '-')
        .slice(0, 63)
        .replace(/^-+|-+$/g, ''),
    )
    .filter((label) => label !== '')
  const name = labels.join('.')
  return isNodeName(name) ? name : 'localhost'
}
