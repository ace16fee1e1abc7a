/** What the fields that people look up mean, in podkeep's own words, and what holds when they are left out. */

export interface FieldNote {
  readonly about: string
  /** null: nothing. */
  readonly otherwise: string | null
}

const note = (about: string, otherwise: string | null = null): FieldNote => ({ about, otherwise })

const probe = (about: string): [string, FieldNote][] => [
  ['', note(about)],
  ['.httpGet', note('Asks an HTTP server; 200 to 399 is success.')],
  ['.httpGet.host', note('The server to ask.', 'the pod')],
  ['.httpGet.path', note('What to ask for.', '/')],
  ['.httpGet.port', note('A number, or the name of one of the container’s ports.')],
  ['.httpGet.scheme', note('HTTP or HTTPS; the certificate is not checked.', 'HTTP')],
  ['.tcpSocket', note('Opens a connection; that it opens is success.')],
  ['.exec', note('Runs a command in the container; exit code 0 is success.')],
  ['.grpc', note('Asks a gRPC health service.')],
  ['.initialDelaySeconds', note('From the container’s start to the first question.', '0')],
  ['.periodSeconds', note('From one question to the next.', '10')],
  ['.timeoutSeconds', note('How long an answer may take.', '1')],
  ['.successThreshold', note('So many successes in a row after a failure are a success.', '1')],
  ['.failureThreshold', note('So many failures in a row are a failure.', '3')],
]

const container = 'spec.containers[]'

export const fieldNotes: ReadonlyMap<string, FieldNote> = new Map([
  ['metadata.name', note('The pod’s name: with the namespace it is the pod’s identity.')],
  ['metadata.namespace', note('Keeps names apart; it needs no object of its own.', 'default')],
  ['metadata.uid', note('Another one makes the pod anew.', 'made when the pod is first created')],
  ['metadata.labels', note('For finding pods: -l, Services.')],
  ['metadata.annotations', note('For other programs; those under podkeep.io/ are podkeep’s own.')],
  ['spec', note('What is to run, and how.')],
  ['spec.containers', note('The programs of the pod: they share its address and its volumes.')],
  [
    'spec.initContainers',
    note(
      'Run one after the other to their end before the containers begin; with restartPolicy: Always they are sidecars.',
    ),
  ],
  ['spec.restartPolicy', note('When a container that ended runs again: Always, OnFailure, Never.', 'Always')],
  ['spec.terminationGracePeriodSeconds', note('From the stop signal to SIGKILL, preStop hook included.', '30')],
  ['spec.activeDeadlineSeconds', note('How long the pod may run before it has failed.')],
  ['spec.hostNetwork', note('The pod uses the machine’s network, without an address of its own.', 'false')],
  ['spec.volumes', note('Folders that containers mount by name; they live as long as the pod.')],
  ['spec.priority', note('The higher, the earlier the pod starts.', '0')],
  [`${container}.name`, note('Unlike those of its siblings.')],
  [`${container}.image`, note('The image to run: [REGISTRY/]NAME[:TAG][@DIGEST].', 'tag latest')],
  [
    `${container}.imagePullPolicy`,
    note(
      'Always, IfNotPresent or Never; a restart uses the image that is there.',
      'Always for the tag latest, otherwise IfNotPresent',
    ),
  ],
  [`${container}.command`, note('Takes the place of the image’s ENTRYPOINT; $(VAR) is filled in.', 'the image’s')],
  [`${container}.args`, note('Takes the place of the image’s CMD; $(VAR) is filled in.', 'the image’s')],
  [`${container}.workingDir`, note('Where the program starts.', 'the image’s')],
  [`${container}.env`, note('Variables, in this order; the last of a name wins.')],
  [`${container}.env[].value`, note('Its text; $(VAR) is filled in, $$ is a dollar sign.', 'empty')],
  [`${container}.env[].valueFrom`, note('Takes the text from elsewhere.')],
  [`${container}.ports`, note('What the program listens on; only ports with a hostPort are published.')],
  [`${container}.ports[].containerPort`, note('The port inside of the pod.')],
  [`${container}.ports[].hostPort`, note('Publishes it on the machine.', 'not published')],
  [`${container}.ports[].hostIP`, note('On this address only.', 'all addresses')],
  [`${container}.ports[].protocol`, note('TCP, UDP or SCTP.', 'TCP')],
  [`${container}.resources`, note('How much cpu and memory: changed in the running container.')],
  [
    `${container}.resources.limits`,
    note('No more than that: cpu in cores or thousandths (500m), memory in bytes (128Mi).', 'no limit'),
  ],
  [`${container}.resources.requests`, note('Its share when the machine is busy.', 'the limits')],
  [`${container}.volumeMounts`, note('Where it sees the pod’s volumes.')],
  [`${container}.volumeMounts[].mountPath`, note('The folder in the container.')],
  [`${container}.volumeMounts[].readOnly`, note('It cannot write there.', 'false')],
  [`${container}.lifecycle`, note('What is done right after its start, and before it is stopped.')],
  [`${container}.stdin`, note('Its input stays open, for "podkeep attach -i".', 'false')],
  [`${container}.tty`, note('It has a terminal, for "podkeep attach -it".', 'false')],
  ['spec.volumes[].emptyDir', note('An empty folder that lives as long as the pod.')],
  ['spec.volumes[].hostPath', note('A path of the machine.')],
  [
    'spec.volumes[].hostPath.type',
    note(
      'What must be there, or is made: Directory, DirectoryOrCreate, File, Socket ...',
      'not looked at, but it must be there',
    ),
  ],
  ...probe('Restarts the container when it fails.').map(
    ([field, about]) => [`${container}.livenessProbe${field}`, about] as const,
  ),
  ...probe('While it fails the pod is not Ready.').map(
    ([field, about]) => [`${container}.readinessProbe${field}`, about] as const,
  ),
  ...probe('Until it succeeds the other probes wait; when it fails the container is restarted.').map(
    ([field, about]) => [`${container}.startupProbe${field}`, about] as const,
  ),
])
