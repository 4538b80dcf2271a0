import type { ServiceRole } from '../domain/service-spec.ts';
import { compareVersions } from '../domain/version.ts';
import { nearestName } from './nearest.ts';
import type { Finding, Path } from './problem.ts';
import type { BelayEntry } from './schema.ts';
import type { ServiceEntry } from './service-schema.ts';

type Complain = (path: Path, at: Finding['at'], sentence: string) => void;

interface Services {
  serviceNames: readonly string[];
  services: Readonly<Record<string, ServiceEntry>>;
}

/** Why a service of a role has no version of its own. */
const BOUND: Partial<Record<ServiceRole, string>> = {
  controller: "the controller's version is the appliance's",
  node: 'a node is of the same version as the controller',
  engine: 'an engine follows the controller',
};

/** What is wrong with what x-belay says of the services, and of the controller's version. */
export function checkRoles(belay: BelayEntry | null, { serviceNames, services }: Services, complain: Complain): void {
  const said = belay?.services ?? {};
  for (const name of Object.keys(said)) {
    if (serviceNames.includes(name)) continue;
    const near = nearestName(name, serviceNames);
    complain(
      ['x-belay', 'services', name],
      'key',
      `there is no service ${name}.${near ? ` Did you mean ${near}?` : ''}`,
    );
  }
  const [first, second] = serviceNames.filter((name) => said[name]?.role === 'controller');
  if (serviceNames.length > 1 && !first) {
    complain(
      ['x-belay'],
      'key',
      'one of the services has to be the controller: x-belay.services.NAME.role: controller.',
    );
  }
  if (first && second) {
    const instead = 'Another instance of it has the role node.';
    complain(['x-belay', 'services', second, 'role'], 'value', `${first} is the controller already. ${instead}`);
  }
  const controller = first ?? (serviceNames.length === 1 ? serviceNames[0] : undefined);
  for (const [name, { version, role, update }] of Object.entries(said)) {
    const why = BOUND[name === controller ? 'controller' : (role ?? 'app')];
    if (version === 'fixed' && why) complain(['x-belay', 'services', name, 'version'], 'value', `${why}.`);
    if (update === undefined || (!why && version !== 'fixed')) continue;
    complain(['x-belay', 'services', name, 'update'], 'key', `${why ?? 'a fixed image is never another one'}.`);
  }
  const image = services[controller ?? '']?.image;
  if (image === undefined) return;
  for (const name of serviceNames) {
    const other = services[name]?.image;
    if (said[name]?.role !== 'node' || name === controller || other === undefined || other === image) continue;
    complain(['services', name, 'image'], 'value', `a node of ${controller} has its image, ${image}.`);
  }
  checkFloor(belay, { controller: controller ?? '', image }, complain);
}

function checkFloor(
  belay: BelayEntry | null,
  { controller, image }: { controller: string; image: string },
  complain: Complain,
) {
  const tag = /:([^/:@]+)(?:@.*)?$/.exec(image)?.[1];
  const floor = belay?.floor;
  const below = belay?.legacy?.below ?? floor;
  // What the vendor's procedure is for is below the floor.
  if (belay?.legacy && tag && below && compareVersions(tag, below) < 0) return;
  if (floor && tag && compareVersions(tag, floor) < 0) {
    complain(['x-belay', 'floor'], 'value', `${controller} has the version ${tag}, which is below it.`);
  }
}
