import type { Engine } from '../engine.ts';
import { matchesLabels, parseFilters } from '../filters.ts';
import { newId } from '../identity.ts';
import { asObject, asText } from '../json.ts';
import { LabError } from '../lab-error.ts';
import { type Call, isSet, type Route, route } from '../router.ts';

function list({ volumes, containers }: Engine, { query, json }: Call): void {
  const filters = parseFilters(query.get('filters'), ['name', 'label', 'dangling', 'driver']);
  const matching = volumes.list().filter(({ Name, Labels }) => {
    if (filters['name'] && !filters['name'].some((part) => Name.includes(part))) return false;
    if (filters['dangling']) {
      const isDangling = containers.usersOf(Name).length === 0;
      if (filters['dangling'].includes('true') !== isDangling) return false;
    }
    if (filters['driver'] && !filters['driver'].includes('local')) return false;
    return matchesLabels(filters['label'], Labels ?? {});
  });
  json(200, { Volumes: matching, Warnings: null });
}

async function create({ volumes }: Engine, call: Call): Promise<void> {
  const body = await call.body();
  const name = asText(body['Name']) || newId();
  const driver = asText(body['Driver']) || 'local';
  if (driver !== 'local') {
    const reason = `error looking up volume plugin ${driver}: plugin "${driver}" not found`;
    throw new LabError(404, `create ${name}: ${reason}`);
  }
  const labels = body['Labels'] ? (asObject(body['Labels']) as Record<string, string>) : null;
  const options = body['DriverOpts'] ? (asObject(body['DriverOpts']) as Record<string, string>) : null;
  volumes.ensure(name, labels, options);
  call.json(201, volumes.inspect(name));
}

function remove({ volumes, containers }: Engine, { params, query, empty }: Call): void {
  const name = params['name'] ?? '';
  const users = containers.usersOf(name);
  if (users.length > 0) throw new LabError(409, `remove ${name}: volume is in use - [${users.join(', ')}]`);
  if (volumes.has(name) || !isSet(query.get('force'))) volumes.remove(name);
  empty(204);
}

export function volumeRoutes(engine: Engine): Route[] {
  return [
    route('GET', '/volumes', (call) => list(engine, call)),
    route('GET', '/volumes/{name}', ({ params, json }) => json(200, engine.volumes.inspect(params['name'] ?? ''))),
    route('POST', '/volumes/create', (call) => create(engine, call)),
    route('DELETE', '/volumes/{name}', (call) => remove(engine, call)),
  ];
}
