import { envOf } from '../../domain/environment.ts';
import type { Journal } from '../../domain/ports/journal.ts';
import { redactText } from '../../domain/redaction.ts';
import type { Release } from '../../domain/release.ts';
import { isSecretVariable } from '../../domain/secrets.ts';
import type { ServiceSpec } from '../../domain/service-spec.ts';
import { serviceNamed } from '../../sequences/named-service.ts';
import type { ConfigurationView } from '../contract/configuration.ts';
import { viewReleaseService } from './release-view.ts';

/** So far back is looked for who has set something. */
const MOST_RELEASES = 100;

/** What a release sets, of one service or of all. `not-found` where there is no service of that name. */
export function viewConfiguration(journal: Journal, release: Release, named?: string): ConfigurationView {
  const name = named === undefined ? undefined : serviceNamed(release, named);
  const services = release.services.filter((service) => name === undefined || service.name === name);
  const history = historyOf(journal, release);
  return {
    appliance: release.appliance,
    release: release.id,
    version: release.version,
    services: services.map((service) => {
      const { role, image, digest, ports, mounts, networks, restartPolicy, labels } = viewReleaseService(
        service,
        [],
        journal.slot(release.slot),
      );
      const { deadlineMs, limitMs, stableMs, versionCommand, ports: gatePorts = [] } = service.gate;
      return {
        ...{ name: service.name, role, image, digest, ports, mounts, networks, restartPolicy, labels },
        env: envOf(service).map(({ name: variable, value }) => ({
          name: variable,
          value: isSecretVariable(service, variable) ? null : redactText(value),
          setBy: setBy(history, service, variable, value),
        })),
        gate: { deadlineMs, limitMs, stableMs, versionCommand, ports: gatePorts },
      };
    }),
  };
}

/** The release and those that it comes from, the newest first: of a copy, those of its original. */
function historyOf(journal: Journal, release: Release): Release[] {
  const history = [release];
  for (let { previous, copyOf } = release; history.length < MOST_RELEASES; ) {
    const id = copyOf ?? previous;
    const before = id === null ? null : journal.release(id);
    if (!before) break;
    history.push(before);
    ({ previous, copyOf } = before);
  }
  return history;
}

/** The change with which a variable got its value; null where it has had it from the beginning, or from further back. */
function setBy(history: readonly Release[], { name: service }: ServiceSpec, variable: string, value: string) {
  const has = ({ services }: Release): boolean =>
    envOf(services.find(({ name }) => name === service) ?? NOTHING_SET).some(
      (each) => each.name === variable && each.value === value,
    );
  const first = history.findIndex((release) => !has(release)) - 1;
  const release = history[first];
  if (release?.origin !== 'change') return null;
  return { user: release.by, at: release.createdAt.toISOString(), release: release.id };
}

const NOTHING_SET = { settings: { config: {}, hostConfig: {}, networks: {} } };
