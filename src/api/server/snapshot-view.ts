import type { Job } from '../../domain/job.ts';
import type { World } from '../../domain/ports/world.ts';
import type { Release } from '../../domain/release.ts';
import type { Slot } from '../../domain/slot.ts';
import type { JobProgress } from '../../runner/jobs.ts';
import { releasesOf } from '../../sequences/plan-restore.ts';
import { targetsOf } from '../../sequences/restored-mounts.ts';
import { wayBack } from '../../sequences/retention.ts';
import { dataObstacles } from '../../sequences/snapshot-obstacles.ts';
import type { JobView, SnapshotDetailView, SnapshotView } from '../contract/snapshot-views.ts';
import type { SlotSizes } from './slot-sizes.ts';

const PATIENCE_MS = 300;

/** What there is to see snapshots by. */
export interface Seen {
  world: World;
  sizes: SlotSizes;
  running: readonly Job[];
}

const isSnapshot = ({ state }: Slot): boolean => state === 'frozen' || state === 'archived';

/** The snapshots of an appliance, the latest first. */
export function viewSnapshots(seen: Seen, appliance: string): Promise<SnapshotView[]> {
  const slots = seen.world.journal.slots(appliance).filter(isSnapshot);
  const takenMs = ({ frozenAt, createdAt }: Slot) => (frozenAt ?? createdAt).getTime();
  return Promise.all(slots.sort((a, b) => takenMs(b) - takenMs(a)).map((slot) => viewSnapshot(seen, slot)));
}

async function viewSnapshot({ world, sizes, running }: Seen, slot: Slot): Promise<SnapshotView> {
  const [release] = releasesOf(world.journal, slot);
  const job = running.find(({ snapshot }) => snapshot === slot.id);
  return {
    id: slot.id,
    version: release?.version ?? null,
    taken: slot.frozenAt?.toISOString() ?? null,
    kind: slot.importedFrom ? 'imported' : slot.archive ? 'archive' : 'instant',
    sizeBytes: await sizes.of(slot, PATIENCE_MS),
    release: release?.id ?? null,
    note: job ? `${job.kind.replace('-', ' ')} under way` : slot.importedFrom && `from ${slot.importedFrom}`,
  };
}

export async function viewSnapshotDetail(seen: Seen, active: Release, slot: Slot): Promise<SnapshotDetailView> {
  const { journal, archives, slots } = seen.world;
  const releases = releasesOf(journal, slot);
  const [lost] = slot.archive ? [] : (await dataObstacles(seen.world, slot)).filter((problem) => problem !== null);
  const ways = journal
    .slots(active.appliance)
    .filter((each) => isSnapshot(each) && releasesOf(journal, each).length > 0);
  const { archive } = slot;
  return {
    ...(await viewSnapshot(seen, slot)),
    releases: releases.map(({ id, version }) => ({ release: id, version })),
    mounts: await Promise.all(
      slot.mounts.map(async (mount) => ({
        targets: targetsOf(releases[0]?.services ?? [], mount.key),
        kind: mount.kind,
        path: archive ? '' : await slots.locate(mount).catch(() => mount.parkedPath ?? mount.path),
      })),
    ),
    archive: archive && {
      path: archive.path,
      sha256: archive.sha256,
      dataBytes: archive.dataBytes,
      files: archive.files,
      format: archive.format,
      prefix: archive.prefix,
    },
    problem: archive ? await archives.problem(archive) : (lost?.message ?? null),
    isWayBack: wayBack(journal, active)?.id === slot.id,
    isLastWayBack: ways.length === 1 && ways[0]?.id === slot.id,
  };
}

export function viewJob({ job, progress }: { job: Job; progress: JobProgress | null }): JobView {
  return {
    ...job,
    startedAt: job.startedAt.toISOString(),
    endedAt: job.endedAt?.toISOString() ?? null,
    doneBytes: progress?.doneBytes ?? null,
    totalBytes: progress?.totalBytes || null,
    detail: progress?.detail ?? null,
  };
}
