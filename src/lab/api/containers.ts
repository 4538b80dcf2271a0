import type { Engine } from '../engine.ts';
import { type Filters, matchesLabels, parseFilters } from '../filters.ts';
import { restartPolicyOf, updateHostConfig } from '../host-config.ts';
import { inspectContainer, summarizeContainer } from '../inspect.ts';
import { LabError } from '../lab-error.ts';
import type { ContainerRecord } from '../records.ts';
import { parseReference } from '../reference.ts';
import { type Call, isSet, type Route, route } from '../router.ts';

const FILTERS = ['id', 'name', 'label', 'status', 'ancestor', 'volume', 'network', 'health', 'exited'] as const;

/** The `t` of stop and restart: seconds, or null for the container's own. */
function seconds(query: URLSearchParams): number | null {
  const text = query.get('t');
  if (text === null || text === '') return null;
  if (!/^-?\d+$/.test(text)) throw new LabError(400, `strconv.Atoi: parsing "${text}": invalid syntax`);
  return Number(text);
}

function matches(filters: Filters, record: ContainerRecord): boolean {
  const { state, mounts } = record;
  const { repository, tag } = parseReference(record.image);
  const ancestors = [record.image, record.imageId, record.imageId.slice(7, 19), tag === 'latest' ? repository : ''];
  const sources = mounts.flatMap(({ Name, Source, Destination }) => [Name ?? '', Source, Destination]);
  const tests: Record<(typeof FILTERS)[number], (term: string) => boolean> = {
    id: (term) => record.id.startsWith(term),
    // A name is a pattern to the engine; Belay asks for whole names.
    name: (term) =>
      new RegExp(term.replace(/[.*+?()[\]{}|\\]/g, '\\$&')).test(`/${record.name}`) || term === record.name,
    label: (term) => matchesLabels([term], record.config.Labels),
    status: (term) => state.Status === term,
    ancestor: (term) => ancestors.includes(term),
    volume: (term) => sources.includes(term),
    network: (term) => term in record.networks,
    health: (term) => (state.Health?.Status ?? 'none') === term,
    exited: (term) => state.Status === 'exited' && state.ExitCode === Number(term),
  };
  return FILTERS.every((kind) => {
    const terms = filters[kind];
    if (!terms || terms.length === 0) return true;
    return kind === 'label' ? terms.every(tests[kind]) : terms.some(tests[kind]);
  });
}

function list({ containers, networks }: Engine, { query, json }: Call): void {
  const filters = parseFilters(query.get('filters'), FILTERS);
  const showsAll = isSet(query.get('all')) || filters['status'] !== undefined || filters['exited'] !== undefined;
  const matching = containers.list().filter((record) => (showsAll || record.state.Running) && matches(filters, record));
  const limit = Number(query.get('limit') ?? 0);
  const shown = limit > 0 ? matching.slice(0, limit) : matching;
  json(
    200,
    shown.map((record) => summarizeContainer(record, networks)),
  );
}

async function update({ containers }: Engine, call: Call): Promise<void> {
  const body = await call.body();
  const record = containers.find(call.params['id'] ?? '');
  const updated = updateHostConfig(record.hostConfig, body);
  if (updated['AutoRemove'] === true && restartPolicyOf(updated).name !== 'no') {
    throw new LabError(409, 'Restart policy cannot be updated because AutoRemove is enabled for the container');
  }
  record.hostConfig = updated;
  containers.save(record);
  containers.emit(record, 'update');
  call.json(200, { Warnings: null });
}

/** Answers its head at once, and its body when the container is down. */
async function wait({ containers, supervisor }: Engine, call: Call): Promise<void> {
  const record = containers.find(call.params['id'] ?? '');
  const condition = call.query.get('condition') ?? 'not-running';
  const isOver = condition !== 'next-exit' && !record.state.Running;
  const exit = isOver ? Promise.resolve(record.state.ExitCode) : supervisor.exit(record);
  call.stream('application/json');
  const gone = new Promise<null>((resolve) => call.response.once('close', () => resolve(null)));
  const exitCode = await Promise.race([exit, gone]);
  call.response.end(`${JSON.stringify({ Error: null, StatusCode: exitCode })}\n`);
}

async function kill({ containers, supervisor }: Engine, { params, query, empty }: Call): Promise<void> {
  const reference = params['id'] ?? '';
  try {
    await supervisor.kill(containers.find(reference), query.get('signal') || 'SIGKILL');
  } catch (error) {
    if (!(error instanceof LabError) || error.status === 400) throw error;
    throw new LabError(error.status, `Cannot kill container: ${reference}: ${error.message}`);
  }
  empty(204);
}

export function containerRoutes(engine: Engine): Route[] {
  const { containers, supervisor } = engine;
  const found = ({ params }: Call) => containers.find(params['id'] ?? '');
  return [
    route('GET', '/containers/json', (call) => list(engine, call)),
    route('POST', '/containers/create', async (call) => {
      const { id } = containers.create(call.query.get('name'), await call.body());
      call.json(201, { Id: id, Warnings: [] });
    }),
    route('GET', '/containers/{id}/json', (call) => call.json(200, inspectContainer(found(call), engine))),
    route('POST', '/containers/{id}/start', async (call) => {
      call.empty((await supervisor.start(found(call))) ? 204 : 304);
    }),
    route('POST', '/containers/{id}/stop', async (call) => {
      call.empty((await supervisor.stop(found(call), seconds(call.query))) ? 204 : 304);
    }),
    route('POST', '/containers/{id}/restart', async (call) => {
      await supervisor.restart(found(call), seconds(call.query));
      call.empty(204);
    }),
    route('POST', '/containers/{id}/kill', (call) => kill(engine, call)),
    route('POST', '/containers/{id}/pause', (call) => {
      supervisor.pause(found(call));
      call.empty(204);
    }),
    route('POST', '/containers/{id}/unpause', (call) => {
      supervisor.unpause(found(call));
      call.empty(204);
    }),
    route('POST', '/containers/{id}/wait', (call) => wait(engine, call)),
    route('POST', '/containers/{id}/rename', (call) => {
      containers.rename(found(call), call.query.get('name') ?? '');
      call.empty(204);
    }),
    route('POST', '/containers/{id}/update', (call) => update(engine, call)),
    route('DELETE', '/containers/{id}', async (call) => {
      const options = { force: isSet(call.query.get('force')), withVolumes: isSet(call.query.get('v')) };
      await supervisor.remove(found(call), options);
      call.empty(204);
    }),
  ];
}
