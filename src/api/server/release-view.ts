import type { Note } from '../../domain/note.ts';
import type { InstanceRecord, Journal } from '../../domain/ports/journal.ts';
import type { ReleaseName } from '../../domain/ports/release-history.ts';
import { redactJson } from '../../domain/redaction.ts';
import { controllerOf, type Release, type ReleaseStatus } from '../../domain/release.ts';
import { knownSecrets, redactedEnv } from '../../domain/secrets.ts';
import { restartPolicyOf, type ServiceSpec } from '../../domain/service-spec.ts';
import type { Slot } from '../../domain/slot.ts';
import type { ReleaseDetailView, ReleaseNameView, ReleaseView } from '../contract/release-views.ts';
import type { SlotSizes } from './slot-sizes.ts';

/** Releases further down than this are listed without a size: nobody waits for 10,000 directories. */
const MEASURED_RELEASES = 20;
const PATIENCE_MS = 300;

/** `measured` is of how many of them the data may be measured. */
export async function viewReleases(
  journal: Journal,
  sizes: SlotSizes,
  releases: Release[],
  measured = MEASURED_RELEASES,
): Promise<ReleaseView[]> {
  return Promise.all(
    releases.map(async (release, index) => {
      const slot = journal.slot(release.slot);
      const measurable = slot && dataState(slot) !== 'gone' && (slot.archive || index < measured);
      const sizeBytes = measurable ? await sizes.of(slot, PATIENCE_MS) : null;
      return viewRelease(release, slot, sizeBytes, journal.history.note(release.id));
    }),
  );
}

export const viewReleaseName = ({ id, version, status, createdAt }: ReleaseName): ReleaseNameView => ({
  id,
  version,
  created: createdAt.toISOString(),
  status: listedStatus(status),
});

const listedStatus = (status: ReleaseStatus): ReleaseView['status'] => (status === 'candidate' ? 'failed' : status);

function viewRelease(release: Release, slot: Slot | null, sizeBytes: number | null, note: Note | null): ReleaseView {
  const { image } = controllerOf(release);
  return {
    id: release.id,
    version: release.version,
    created: release.createdAt.toISOString(),
    by: release.by,
    status: listedStatus(release.status),
    origin: release.origin,
    copyOf: release.copyOf,
    slot: release.slot,
    data: { state: dataState(slot), sizeBytes, frozenAt: slot?.frozenAt?.toISOString() ?? null },
    image: image.reference,
    digest: image.digest ?? image.imageId,
    note: note && { ...note, at: note.at.toISOString() },
  };
}

function dataState(slot: Slot | null): ReleaseView['data']['state'] {
  if (slot?.mounts.length === 0) return 'none';
  // A slot that stayed in preparation belongs to a release that failed before it was cloned.
  if (!slot || slot.state === 'discarded' || slot.state === 'preparing') return 'gone';
  return slot.state;
}

export async function viewReleaseDetail(
  journal: Journal,
  sizes: SlotSizes,
  release: Release,
): Promise<ReleaseDetailView> {
  const [view] = await viewReleases(journal, sizes, [release]);
  const instances = journal.instances(release.id);
  const slot = journal.slot(release.slot);
  const previous = release.previous === null ? null : journal.release(release.previous);
  return {
    ...(view as ReleaseView),
    previous: previous && { release: previous.id, version: previous.version },
    importedFrom: slot?.importedFrom ?? null,
    archive: slot?.state === 'archived' ? (slot.archive?.path ?? null) : null,
    services: release.services.map((service) => viewReleaseService(service, instances, slot)),
  };
}

/** A service as a release records it, without secrets. */
export function viewReleaseService(
  service: ServiceSpec,
  instances: InstanceRecord[],
  slot: Slot | null,
): ReleaseDetailView['services'][number] {
  const { config } = service.settings;
  return {
    name: service.name,
    role: service.role,
    image: service.image.reference,
    digest: service.image.digest ?? service.image.imageId,
    containerId: instances.find((instance) => instance.service === service.name)?.containerId ?? null,
    env: redactedEnv(service),
    ports: portsOf(service),
    labels: redactJson((config.Labels as Record<string, string> | undefined) ?? {}, knownSecrets(service)) as Record<
      string,
      string
    >,
    networks: Object.keys(service.settings.networks),
    restartPolicy: restartPolicyOf(service).name,
    mounts: service.mounts.map(({ kind, source, target, readOnly, slotKey, sharedBecause }) => ({
      kind,
      source,
      target,
      readOnly,
      dataPath: slot ? dataPathIn(slot, slotKey) : null,
      sharedBecause,
    })),
  };
}

// A frozen bind mount lies aside: at its own path there is another release's data.
function dataPathIn(slot: Slot, slotKey: string | null): string | null {
  const mount = slot.mounts.find(({ key }) => key === slotKey);
  if (!mount) return null;
  return slot.state === 'frozen' ? (mount.parkedPath ?? mount.path) : mount.path;
}

/** `0.0.0.0:8080 → 80/tcp`, one line per published port. */
export function portsOf(service: ServiceSpec): string[] {
  const bindings = (service.settings.hostConfig.PortBindings ?? {}) as Record<
    string,
    { HostIp?: string; HostPort?: string }[] | null
  >;
  return Object.entries(bindings).flatMap(([port, hosts]) =>
    (hosts ?? []).map(({ HostIp, HostPort }) => `${HostIp || '0.0.0.0'}:${HostPort || 'any'} → ${port}`),
  );
}
