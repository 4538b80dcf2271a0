import type { Fault } from './fault.ts';
import { ARCHIVES } from './rows/archives.ts';
import { BY_HAND } from './rows/by-hand.ts';
import { COMPANY } from './rows/company.ts';
import { ENGINE } from './rows/engine.ts';
import { FULL } from './rows/full.ts';
import { JOURNAL } from './rows/journal.ts';
import { KILLED } from './rows/killed.ts';
import { MAPPED } from './rows/mapped.ts';
import { POWER } from './rows/power.ts';
import { PROCESS } from './rows/process.ts';
import { REGISTRY } from './rows/registry.ts';
import { VERSIONS } from './rows/versions.ts';

/** Every fault of shared/FAULTS.md that is planted, by its number. */
export const FAULTS: readonly Fault[] = [
  ...KILLED,
  ...ENGINE,
  ...POWER,
  ...REGISTRY,
  ...FULL,
  ...JOURNAL,
  ...MAPPED,
  ...PROCESS,
  ...VERSIONS,
  ...BY_HAND,
  ...COMPANY,
  ...ARCHIVES,
].sort((a, b) => a.row - b.row);
