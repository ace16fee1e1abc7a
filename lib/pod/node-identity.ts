/** What a node is called and labelled: by these a manifest says which nodes its pods are for. */

export interface NodeIdentity {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
}

/**
 * With the labels that every node has, which `labels` may replace. Source: kubelet_node_status.go initialNode.
 * @param architecture as Go calls it
 */
export function nodeIdentity(
  name: string,
  architecture: string,
  labels: Readonly<Record<string, string>>,
): NodeIdentity {
  const known = {
    'kubernetes.io/hostname': name,
    'kubernetes.io/os': 'linux',
    'kubernetes.io/arch': architecture,
    'beta.kubernetes.io/os': 'linux',
    'beta.kubernetes.io/arch': architecture,
  }
  return { name, labels: { ...known, ...labels } }
}
