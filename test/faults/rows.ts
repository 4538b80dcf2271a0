import type { Fault } from './fault.ts';
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
].sort((a, b) => a.row - b.row);

/** What the table does not hold, and where it is looked at instead. */
export const NOT_PLANTED: readonly { row: number; what: string }[] = [
  { row: 16, what: 'damaged archives: not planted here; see the tests of archives in test/slots' },
  { row: 17, what: 'archives made by hand to break out: not planted here; see the tests of archives in test/slots' },
  { row: 21, what: 'an engine that is too old or too new: not planted' },
  { row: 26, what: 'the kernel’s out-of-memory killer: it sends what row 1 sends' },
];
