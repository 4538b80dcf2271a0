import type { OperationKind } from '../domain/operation.ts';
import type { PlannedMount } from '../domain/plan.ts';
import type { Journal } from '../domain/ports/journal.ts';
import type { DataSize } from '../domain/ports/slot-store.ts';

/** What is assumed until an operation of this appliance has been measured. */
const UNMEASURED_DOWNTIME_MS = 2_000;
const COPY_BYTES_PER_MS = 500_000;
const COPY_FILES_PER_MS = 20;
const COMPARE_FILES_PER_MS = 200;
const REMEMBERED_OPERATIONS = 50;

export const copyForecastMs = ({ sizeBytes, files }: DataSize): number =>
  Math.round(sizeBytes / COPY_BYTES_PER_MS + files / COPY_FILES_PER_MS);

export const compareForecastMs = ({ files }: DataSize): number => Math.round(files / COMPARE_FILES_PER_MS);

/** What of a mount is copied or compared after the stop. */
export const whileStoppedMs = (mount: PlannedMount) =>
  mount.treatment === 'copy-stopped'
    ? copyForecastMs(mount)
    : mount.treatment === 'pre-copy'
      ? compareForecastMs(mount)
      : 0;

/** The downtime of the last operation of this kind that went through, or a guess where there was none. */
export function lastDowntimeMs(journal: Journal, appliance: string, kind: OperationKind): number {
  const measured = journal
    .operations(appliance, REMEMBERED_OPERATIONS)
    .find((operation) => operation.kind === kind && operation.state === 'succeeded');
  return measured?.facts.downtimeMs ?? UNMEASURED_DOWNTIME_MS;
}
