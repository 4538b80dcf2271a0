import { addImage } from '../../src/lab/add-image.ts';
import { AGENT_BEHAVIOURS, type Agent, drawAgents, isNodeName, memberEnvironment, SERVER } from './agents.ts';
import type { Behaviour } from './appliance.ts';
import type { Machine } from './machine.ts';

const BEHAVIOURS: Record<Behaviour, number> = {
  good: 55,
  exits: 7,
  'never-healthy': 7,
  'dies-later': 7,
  'dies-migrating': 8,
  'wrong-version': 6,
  deaf: 10,
};

const NEWER_VERSIONS = 4;
export const CONTAINER = 'acme';
const BIND_PATH = '/srv/acme';

export interface Site {
  /** Newer versions, in the registry. */
  versions: string[];
  behaviours: ReadonlyMap<string, Behaviour>;
  agents: readonly Agent[];
  /** By version. */
  agentBehaviours: ReadonlyMap<string, Behaviour>;
  restartPolicy: string;
}

/** Publishes the versions of an appliance and starts the first one, as somebody would with `docker run`. */
export async function setUpSite(machine: Machine): Promise<Site> {
  const { chance, engine } = machine;
  await engine.registry.start();
  await engine.boot();
  const behaviours = new Map<string, Behaviour>();
  const agentBehaviours = new Map<string, Behaviour>();
  const agents = drawAgents(machine);
  let format = 1;
  let reference = '';
  for (let number = 0; number <= NEWER_VERSIONS; number++) {
    const version = `1.${number}`;
    const behaviour = number === 0 ? 'good' : chance.weighted(BEHAVIOURS);
    if (number > 0 && chance.happens(0.5)) format++;
    behaviours.set(version, behaviour);
    const added = publish(machine, { version, behaviour, format, isHere: number === 0 });
    if (number === 0) reference = added.reference;
    if (agents.length === 0) continue;
    const agentBehaviour = number === 0 ? 'good' : chance.weighted(AGENT_BEHAVIOURS);
    agentBehaviours.set(version, agentBehaviour);
    publish(machine, { version, behaviour: agentBehaviour, format, isHere: number === 0 }, 'acme/agent', []);
  }
  const restartPolicy = chance.pick(['always', 'always', 'unless-stopped', 'on-failure', 'no']);
  const mounts = chance.pick([['acme-data:/data'], [`${BIND_PATH}:/data`], ['acme-data:/data', `${BIND_PATH}:/conf`]]);
  machine.disk.makeDirectory(BIND_PATH);
  const bindsNodes = chance.happens(0.5);
  for (const { name } of agents) if (bindsNodes && isNodeName(name)) machine.disk.makeDirectory(`/srv/${name}`);
  const members = [
    { name: SERVER, container: CONTAINER, image: reference, mounts },
    ...agents.map(({ name, isNode, hasData }) => ({
      name,
      container: `${CONTAINER}-${name}`,
      image: isNode ? reference : reference.replace('acme/server', 'acme/agent'),
      mounts: hasData ? dataOf(name, isNode && bindsNodes) : [],
    })),
  ];
  for (const member of members) await run(machine, member, restartPolicy);
  return { versions: [...behaviours.keys()].slice(1), behaviours, agents, agentBehaviours, restartPolicy };
}

const dataOf = (name: string, isBound: boolean): string[] =>
  isNodeName(name) ? [isBound ? `/srv/${name}:/data` : `${name}-data:/data`] : [`${name}-data:/state`];

async function run(
  { engine }: Machine,
  member: { name: string; container: string; image: string; mounts: string[] },
  restartPolicy: string,
): Promise<void> {
  const body = {
    Image: member.image,
    Env: Object.entries(memberEnvironment(member.name)).map(([name, value]) => `${name}=${value}`),
    Labels: { 'com.docker.compose.project': CONTAINER, 'com.docker.compose.service': member.name },
    HostConfig: { Binds: member.mounts, RestartPolicy: { Name: restartPolicy, MaximumRetryCount: 0 } },
  };
  const id = engine.parts?.containers.create(member.container, body).id ?? '';
  const record = engine.parts?.containers.find(id);
  if (record) await engine.parts?.supervisor.start(record);
}

function publish(
  { engine }: Machine,
  image: { version: string; behaviour: Behaviour; format: number; isHere: boolean },
  repository = 'acme/server',
  volumes = ['/data'],
) {
  const { version, behaviour, format, isHere } = image;
  if (!engine.parts) throw new Error('the engine is down');
  const definition = {
    repository,
    tag: version,
    command: ['server', 'serve'],
    env: { SIM_VERSION: version, SIM_BEHAVIOUR: behaviour, SIM_FORMAT: String(format) },
    labels: {
      'io.belay.version-command': '["server","--version"]',
      'io.belay.gate.deadline': '15s',
      'io.belay.gate.limit': '40s',
      'io.belay.gate.stable': '1500ms',
    },
    healthcheck: { Test: ['CMD', 'server', '--health'], Interval: 2e9, Timeout: 2e9, Retries: 3 },
    exposedPorts: ['8080/tcp'],
    volumes,
    createdAt: new Date(Date.UTC(2026, 0, 1)),
  };
  return addImage(engine.parts, definition, isHere ? 'both' : 'registry');
}
