import type { OperationView } from '../../src/api/contract/operation-views.ts';
import { judge, migrated, type Outcome, readWitness } from '../recovery/invariant.ts';
import { ApiFailure } from '../support/belay.ts';
import type { Fault, Place } from './fault.ts';
import { goesBack, type Request, requestOf, type Scenario } from './scenario.ts';
import { NEW, OLD, type Stage } from './stage.ts';

/** What became of one fault at one place. */
export interface Cell {
  place: Place;
  /** The release that it ended on, or that it was refused; `?` where that cannot be told. */
  end: 'old' | 'new' | 'refused' | '?';
  /** From the fault to the end of the operation. */
  recoveryMs: number;
  violations: string[];
}

interface Ends {
  before: Outcome;
  after: Outcome;
}

/** Plants a fault at a place, waits for the end, checks the promise, and does the same again. Never throws. */
export async function runCell(stage: Stage, fault: Fault, scenario: Scenario, place: Place): Promise<Cell> {
  const cell: Cell = { place, end: '?', recoveryMs: 0, violations: [] };
  try {
    await play(stage, fault, scenario, cell);
  } catch (error) {
    cell.violations.push(
      (error as Error).message
        .trim()
        .replace(/\s*\n\s*/g, ' / ')
        .slice(0, 2_000),
    );
  }
  return cell;
}

async function play(stage: Stage, fault: Fault, scenario: Scenario, cell: Cell): Promise<void> {
  const { place } = cell;
  await stage.become(scenario.begins);
  await stage.note();
  const version = scenario.begins === OLD ? ((await fault.version?.(stage)) ?? NEW) : OLD;
  let ends = await endsOf(stage, scenario, version);
  const request = await requestOf(scenario.name, version, stage.belay);
  await fault.prepare?.(stage, place);
  let operation: OperationView | null = null;
  let begunMs = performance.now();
  try {
    const point = `${place.step}:${place.phase}`;
    stage.hold(scenario.killedAt ?? point);
    if (isBehindStop(scenario, place)) stage.hold(LAST_WRITE);
    operation = await stage.belay.post<OperationView>(request.path, request.body);
    if (isBehindStop(scenario, place)) ends = await writeLate(stage, scenario, operation, version);
    await bringTo(stage, scenario, operation, point);
    begunMs = performance.now();
    await fault.strike?.(stage, () => stage.letGo(point), place);
    stage.letGo(point);
    operation = await stage.belay.ended(operation, fault.boundMs ?? 120_000);
    await stage.settled();
  } catch (error) {
    if (!(error instanceof ApiFailure)) throw error;
    checkRefusal(fault, error, cell);
  } finally {
    cell.recoveryMs = performance.now() - begunMs;
    stage.letGoAll();
    await fault.lift?.(stage, place);
  }
  if (operation) {
    await checkEnd(stage, fault, scenario, operation, ends, cell);
    if (cell.violations.length === 0 && !fault.spoils) await again(stage, fault, request, ends, cell);
  } else {
    await checkUnchanged(stage, ends.before, cell);
  }
}

const LAST_WRITE = 'stop:intent';

const isBehindStop = ({ begins, killedAt, steps }: Scenario, { step }: Place) =>
  begins === OLD && (killedAt !== null || steps.indexOf(step) > steps.indexOf('stop'));

/** Something is written when the data have been cloned and the old version still serves: only the delta brings it over. */
async function writeLate(stage: Stage, scenario: Scenario, operation: OperationView, version: string): Promise<Ends> {
  await mustBeHeld(stage, LAST_WRITE, operation);
  await stage.note();
  return endsOf(stage, scenario, version);
}

/** Brings the operation, or its recovery, to the point, and holds it there. */
async function bringTo(stage: Stage, scenario: Scenario, operation: OperationView, point: string): Promise<void> {
  const first = scenario.killedAt ?? point;
  if (first !== LAST_WRITE) stage.letGo(LAST_WRITE);
  await mustBeHeld(stage, first, operation);
  if (scenario.killedAt === null) return;
  await stage.belay.kill('SIGKILL');
  stage.letGo(first);
  stage.hold(point);
  await stage.start();
  await mustBeHeld(stage, point, operation);
}

async function mustBeHeld(stage: Stage, point: string, operation: OperationView): Promise<void> {
  if (await stage.held(point, operation)) return;
  const { reason } = await stage.belay.ended(operation);
  throw new Error(`it ended before it came to ${point}: ${reason}`);
}

async function endsOf(stage: Stage, scenario: Scenario, version: string): Promise<Ends> {
  const now = await readWitness(stage);
  const before = { version: scenario.begins, data: now };
  if (scenario.begins === OLD) {
    stage.left = now;
    return { before, after: { version, data: migrated(now, version.slice(0, 1)) } };
  }
  if (!stage.left) throw new Error('nobody knows what the old data were');
  if (scenario.name === 'restore') {
    return { before, after: { version: NEW, data: migrated(stage.left, NEW.slice(0, 1)) } };
  }
  return { before, after: { version: OLD, data: stage.left } };
}

function allowedEnds(fault: Fault, scenario: Scenario, place: Place, { before, after }: Ends): Outcome[] {
  switch (fault.end) {
    case 'either':
      return [before, after];
    case 'through':
      return scenario.phases.before === 'intent' ? [after] : [before];
    case 'table':
      return goesBack(scenario, place) ? [before] : [after];
    case 'refused':
      return [];
  }
}

async function checkEnd(
  stage: Stage,
  fault: Fault,
  scenario: Scenario,
  operation: OperationView,
  ends: Ends,
  cell: Cell,
): Promise<void> {
  const { outcome, violations } = await judge(stage, operation, allowedEnds(fault, scenario, cell.place, ends));
  cell.end = outcome === null ? '?' : endOf(scenario, outcome, ends);
  cell.violations.push(...violations);
  if (fault.end === 'refused') cell.violations.push('it was not refused');
  if (fault.names && operation.state !== 'succeeded' && !fault.names.test(operation.reason ?? '')) {
    cell.violations.push(`the reason does not name the cause: ${operation.reason}`);
  }
  cell.violations.push(...((await fault.inspect?.(stage, cell.place)) ?? []));
}

/** In a restore the version stays, and its data are what it began with, or the snapshot's. */
function endOf(scenario: Scenario, outcome: Outcome, { before }: Ends): 'old' | 'new' {
  if (scenario.name !== 'restore') return outcome.version === OLD ? 'old' : 'new';
  return outcome.data.witness === before.data.witness && outcome.data.notes === before.data.notes ? 'old' : 'new';
}

function checkRefusal(fault: Fault, { error }: ApiFailure, cell: Cell): void {
  cell.end = 'refused';
  const words = `${error.message} ${error.hint ?? ''}`;
  if (fault.end !== 'refused') cell.violations.push(`it was refused: ${words}`);
  if (fault.names && !fault.names.test(words)) cell.violations.push(`the refusal does not name the cause: ${words}`);
}

async function checkUnchanged(stage: Stage, before: Outcome, cell: Cell): Promise<void> {
  const last = await stage.belay.get<OperationView | null>('/api/upgrade/status');
  const quiet = { state: 'succeeded', reason: null } as OperationView;
  const { violations } = await judge(stage, last?.state === 'running' ? last : quiet, [before]);
  cell.violations.push(...violations);
}

/** Where it went back it must go through now; where it went through, the same command is refused or harmless. */
async function again(stage: Stage, fault: Fault, request: Request, { before, after }: Ends, cell: Cell): Promise<void> {
  const wentBack = (await stage.belay.system()).version === before.version;
  try {
    const { id } = await stage.belay.post<OperationView>(request.path, request.body);
    const operation = await stage.belay.ended({ id } as OperationView);
    if (operation.state !== 'succeeded' && !fault.lasts) cell.violations.push(`again: ${operation.reason}`);
    const { violations } = await judge(stage, operation, [fault.lasts ? before : after]);
    cell.violations.push(...violations.map((violation) => `again: ${violation}`));
  } catch (error) {
    if (!(error instanceof ApiFailure) || wentBack) throw error;
    const quiet = { state: 'succeeded', reason: null } as OperationView;
    const { violations } = await judge(stage, quiet, [after]);
    cell.violations.push(...violations.map((violation) => `again: ${violation}`));
  }
}
