import { BelayError } from '../../src/domain/errors.ts';
import type { JsonObject } from '../../src/domain/json.ts';
import type { ContainerHost, ContainerSummary, ImageInfo, Instance } from '../../src/domain/ports/container-host.ts';
import { NO_RESTART, type PinnedImage, type RestartPolicy, type ServiceSpec } from '../../src/domain/service-spec.ts';

/** What a container does when it is started from an image. */
export type FakeBehaviour = 'serves' | 'exits' | 'unhealthy';

interface FakeContainer {
  id: string;
  name: string;
  spec: ServiceSpec;
  labels: Record<string, string>;
  state: Instance['state'];
  policy: RestartPolicy;
  startedAt: Date | null;
  finishedAt: Date | null;
  exitCode: number;
  /** By name, with what was asked for of each. */
  networks: Record<string, JsonObject>;
}

/** As people write an image of the fake registry. */
export const fakeImage = (repository: string, tag: string): PinnedImage => ({
  reference: `${repository}:${tag}`,
  repository,
  tag,
  digest: `sha256:digest-${repository}-${tag}`,
  imageId: `sha256:id-${repository}-${tag}`,
});

/** A Docker Engine in memory: containers that serve, exit or never get healthy, as their images say. */
export class FakeHost {
  readonly containers: FakeContainer[] = [];
  /** By reference; what is not here serves. */
  readonly behaviours = new Map<string, FakeBehaviour>();
  /** How often the engine is still to refuse to start a container of that name. */
  readonly refusals = new Map<string, number>();
  /** References that no registry has. */
  readonly missing = new Set<string>();
  /** Every start and stop of a container, by its service and version: `start agent-1 2.0`. */
  readonly log: string[] = [];
  /** What every container has in its log. */
  says = ['fatal: no licence'];
  /** What is to happen before each call that changes something. */
  beforeCall: (call: string) => void = () => {};
  readonly #now: () => Date;
  #ids = 0;

  constructor(now: () => Date) {
    this.#now = now;
  }

  get port(): ContainerHost {
    return this as unknown as ContainerHost;
  }

  /** As somebody would with `docker run`. */
  run(spec: ServiceSpec, policy: RestartPolicy = NO_RESTART): string {
    const container = this.#add(spec, spec.containerName, {});
    Object.assign(container, { policy, state: 'running', startedAt: this.#now() });
    return container.id;
  }

  called(name: string): FakeContainer | undefined {
    return this.containers.find((each) => each.name === name);
  }

  /** Names, images and states of what runs: `acme-agent-1 2.0`. */
  running(): string[] {
    const up = this.containers.filter(({ state }) => state === 'running');
    return up.map(({ name, spec }) => `${name} ${spec.image.tag}`).sort();
  }

  async describe() {
    const platform = { os: 'linux', architecture: 'amd64' };
    return { product: 'Fake', version: '1', rootDir: '/', dataReachable: true, platform };
  }

  async resolveDigest(reference: string): Promise<string> {
    if (this.missing.has(reference)) throw new BelayError('not-found', `There is no ${reference}.`);
    const [repository = '', tag = ''] = reference.split(':');
    return reference.includes('@') ? (reference.split('@')[1] ?? '') : (fakeImage(repository, tag).digest ?? '');
  }

  async inspectImage(reference: string): Promise<ImageInfo | null> {
    return { ...EMPTY_IMAGE, imageId: idOf(reference) };
  }

  async pullImage({ repository, tag }: PinnedImage): Promise<ImageInfo> {
    this.#call('pull', `${repository} ${tag}`);
    return { ...EMPTY_IMAGE, imageId: fakeImage(repository, tag).imageId ?? '' };
  }

  async listContainers(): Promise<ContainerSummary[]> {
    return this.containers.map(({ id, name, spec, labels, state }) => ({
      ...{ id, name, labels, image: spec.image.reference, running: state === 'running', status: state },
      ...{ mountSources: [], networkOf: null, linkedFrom: [] },
    }));
  }

  async inspectInstance(idOrName: string): Promise<Instance | null> {
    const found = this.containers.find(({ id, name }) => id === idOrName || name === idOrName);
    if (!found) return null;
    const { id, name, state, startedAt, finishedAt, exitCode, labels, spec, policy } = found;
    const isUnhealthy = this.#behaviourOf(found) === 'unhealthy';
    return {
      ...{ id, name, state, startedAt, finishedAt, exitCode, labels, restartPolicy: policy },
      ...{ health: isUnhealthy ? 'starting' : 'none', healthCommand: isUnhealthy ? ['health'] : null },
      ...{ outOfMemory: false, restartCount: 0, limits: {}, imageId: spec.image.imageId ?? '', error: '' },
      ...{ mounts: [], tcpPorts: [], rootPath: null },
    };
  }

  async readSpec(id: string): Promise<ServiceSpec> {
    const { spec: made, networks } = this.#must(id);
    // What somebody has called secret is no setting of a container.
    const { secrets: _, ...spec } = made;
    return structuredClone({ ...spec, settings: { ...spec.settings, networks } });
  }

  async endpoints(id: string): Promise<Record<string, JsonObject> | null> {
    const { spec, networks } = this.#must(id);
    return spec.settings.hostConfig['NetworkMode'] === 'host' ? null : structuredClone(networks);
  }

  async disconnectInstance(id: string): Promise<void> {
    this.#call('disconnect', wordsOf(this.#must(id)));
    this.#must(id).networks = {};
  }

  async connectInstance(id: string, networks: Record<string, JsonObject>): Promise<void> {
    this.#call('connect', wordsOf(this.#must(id)));
    Object.assign(this.#must(id).networks, structuredClone(networks));
  }

  async createInstance(spec: ServiceSpec, options: { name: string; labels: Record<string, string> }): Promise<string> {
    this.#call('create', `${spec.name} ${spec.image.tag}`);
    return this.#add(structuredClone(spec), options.name, options.labels).id;
  }

  async startInstance(id: string): Promise<void> {
    const container = this.#must(id);
    if (container.state === 'running') return;
    this.#call('start', wordsOf(container));
    const refusals = this.refusals.get(container.name) ?? 0;
    this.refusals.set(container.name, refusals - 1);
    if (refusals > 0) throw new BelayError('engine-failed', 'The engine stumbled.');
    const exits = this.#behaviourOf(container) === 'exits';
    const end = exits ? { state: 'exited', exitCode: 1, finishedAt: this.#now() } : { state: 'running' };
    Object.assign(container, { startedAt: this.#now() }, end);
  }

  async stopInstance(id: string): Promise<void> {
    const container = this.#must(id);
    if (container.state !== 'running') return;
    this.#call('stop', wordsOf(container));
    Object.assign(container, { state: 'exited', exitCode: 0, finishedAt: this.#now() });
  }

  async restartInstance(id: string): Promise<void> {
    await this.stopInstance(id);
    await this.startInstance(id);
  }

  async removeInstance(id: string): Promise<void> {
    this.#call('remove', id);
    const index = this.containers.findIndex((each) => each.id === id);
    if (index >= 0) this.containers.splice(index, 1);
  }

  async renameInstance(id: string, name: string): Promise<void> {
    this.#call('rename', name);
    if (this.called(name)) throw new BelayError('engine-failed', `The name ${name} is taken.`);
    this.#must(id).name = name;
  }

  async setRestartPolicy(id: string, policy: RestartPolicy): Promise<void> {
    this.#call('policy', policy.name);
    this.#must(id).policy = policy;
  }

  flush = async (): Promise<void> => {};
  upSince = async (): Promise<null> => null;
  /** What the commands answer that are run in containers. */
  exec: (id: string, command: string[]) => Promise<{ exitCode: number; output: string }> = async () => ({
    exitCode: 1,
    output: '',
  });
  endCommands = async (): Promise<void> => {};
  logTail = async (): Promise<string[]> => this.says;
  rawInspect = async (id: string) => ({ Config: { Env: this.#must(id).spec.settings.config['Env'] ?? [] } });
  answers = async (): Promise<boolean> => true;
  hasNetwork = async (): Promise<boolean> => true;

  #add(spec: ServiceSpec, name: string, labels: Record<string, string>): FakeContainer {
    if (this.called(name)) throw new BelayError('engine-failed', `The name ${name} is taken.`);
    const id = `${++this.#ids}`.padStart(12, '0');
    const fresh = { state: 'created' as const, policy: NO_RESTART, startedAt: null, finishedAt: null, exitCode: 0 };
    const { networks } = structuredClone(spec.settings);
    const container: FakeContainer = { id, name, spec, labels, networks, ...fresh };
    this.containers.push(container);
    return container;
  }

  #behaviourOf({ spec }: FakeContainer): FakeBehaviour {
    return this.behaviours.get(spec.image.reference) ?? 'serves';
  }

  #must(id: string): FakeContainer {
    const found = this.containers.find((each) => each.id === id);
    if (!found) throw new BelayError('not-found', `There is no container ${id}.`);
    return found;
  }

  #call(what: string, about: string): void {
    this.beforeCall(`${what} ${about}`);
    if (what === 'start' || what === 'stop') this.log.push(`${what} ${about}`);
  }
}

const EMPTY_IMAGE = { repoDigests: [], repoTags: [], labels: {}, volumes: [], sizeBytes: 1, createdAt: new Date(0) };

const idOf = (reference: string): string =>
  reference.startsWith('sha256:')
    ? reference
    : `sha256:id-${reference.replace(/@sha256:digest-.*-/, '-').replace(':', '-')}`;

const wordsOf = ({ spec }: FakeContainer): string => `${spec.name} ${spec.image.tag}`;
