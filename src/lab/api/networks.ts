import type { Engine } from '../engine.ts';
import { matchesLabels, parseFilters } from '../filters.ts';
import { networksView } from '../inspect.ts';
import { asObject, asText } from '../json.ts';
import { LabError } from '../lab-error.ts';
import type { NetworkRecord } from '../networks.ts';
import { type Call, type Route, route } from '../router.ts';

function view(engine: Engine, network: NetworkRecord) {
  const running = engine.containers.list().filter(({ state, networks }) => state.Running && network.name in networks);
  const endpoints = running.map((record) => {
    const endpoint = networksView(record, engine.networks)[network.name];
    const address = endpoint?.IPAddress ? `${endpoint.IPAddress}/${endpoint.IPPrefixLen}` : '';
    const mac = endpoint?.MacAddress ?? '';
    const entry = { Name: record.name, EndpointID: endpoint?.EndpointID ?? '', MacAddress: mac, IPv4Address: address };
    return [record.id, { ...entry, IPv6Address: '' }] as const;
  });
  return {
    Name: network.name,
    Id: network.id,
    Created: network.createdAt,
    Scope: 'local',
    Driver: network.driver,
    EnableIPv6: false,
    IPAM: network.ipam,
    Internal: network.internal,
    Attachable: network.attachable,
    Ingress: false,
    ConfigFrom: { Network: '' },
    ConfigOnly: false,
    Containers: Object.fromEntries(endpoints),
    Options: network.options,
    Labels: network.labels,
  };
}

function list(engine: Engine, { query, json }: Call): void {
  const filters = parseFilters(query.get('filters'), ['name', 'id', 'driver', 'label', 'type', 'scope', 'dangling']);
  const matching = engine.networks.list().filter(({ name, id, driver, labels }) => {
    if (filters['name'] && !filters['name'].some((part) => name.includes(part))) return false;
    if (filters['id'] && !filters['id'].some((part) => id.startsWith(part))) return false;
    if (filters['driver'] && !filters['driver'].includes(driver)) return false;
    return matchesLabels(filters['label'], labels);
  });
  json(
    200,
    matching.map((network) => view(engine, network)),
  );
}

async function connect({ networks, containers, events }: Engine, call: Call): Promise<void> {
  const body = await call.body();
  const network = networks.find(call.params['id'] ?? '');
  const record = containers.find(asText(body['Container']));
  if (network.name in record.networks && record.state.Running) {
    throw new LabError(403, `endpoint with name ${record.name} already exists in network ${network.name}`);
  }
  record.networks[network.name] = asObject(body['EndpointConfig']);
  containers.save(record);
  events.emit('network', 'connect', network.id, { container: record.id, name: network.name, type: network.driver });
  call.empty(200);
}

async function disconnect({ networks, containers, events }: Engine, call: Call): Promise<void> {
  const body = await call.body();
  const network = networks.find(call.params['id'] ?? '');
  const record = containers.find(asText(body['Container']));
  if (!(network.name in record.networks)) {
    throw new LabError(500, `container ${record.id} is not connected to network ${network.name}`);
  }
  delete record.networks[network.name];
  containers.save(record);
  events.emit('network', 'disconnect', network.id, { container: record.id, name: network.name, type: network.driver });
  call.empty(200);
}

export function networkRoutes(engine: Engine): Route[] {
  const { networks, containers } = engine;
  const isInUse = (name: string) => containers.list().some((record) => record.state.Running && name in record.networks);
  return [
    route('GET', '/networks', (call) => list(engine, call)),
    route('GET', '/networks/{id}', ({ params, json }) => json(200, view(engine, networks.find(params['id'] ?? '')))),
    route('POST', '/networks/create', async ({ body, json }) => {
      const { id } = networks.create(await body());
      json(201, { Id: id, Warning: '' });
    }),
    route('DELETE', '/networks/{id}', ({ params, empty }) => {
      networks.remove(params['id'] ?? '', isInUse);
      empty(204);
    }),
    route('POST', '/networks/{id}/connect', (call) => connect(engine, call)),
    route('POST', '/networks/{id}/disconnect', (call) => disconnect(engine, call)),
  ];
}
