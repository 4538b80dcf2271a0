import type { Fault, Place } from './fault.ts';
import { type Cell, runCell } from './run-cell.ts';
import { SCENARIOS, type Scenario } from './scenario.ts';
import { Stage } from './stage.ts';
import type { StageOptions } from './stage-parts.ts';
import type { Line } from './table.ts';

/** After so many operations a stage's appliance is made anew: every one leaves a release, and its data, behind. */
const RENEW_AFTER = 12;
const CELLS_OF_A_STAGE = 80;

export interface Selection {
  /** All of them where it is empty. */
  rows: readonly number[];
  steps: readonly string[];
  scenarios: readonly string[];
  phases: readonly string[];
}

function isWanted(selection: Selection, kind: keyof Selection, value: number | string): boolean {
  const values: readonly (number | string)[] = selection[kind];
  return values.length === 0 || values.includes(value);
}

/** Where a fault is planted, of what is selected. */
function placesOf(fault: Fault, scenario: Scenario, selection: Selection): Place[] {
  const at = fault.at[scenario.name];
  if (at === undefined) return [];
  const steps = at === 'all' ? scenario.steps : scenario.steps.filter((step) => at.includes(step));
  const wanted = steps.filter((step) => isWanted(selection, 'steps', step));
  const phases = (fault.phases ?? ['before']).map((phase) => scenario.phases[phase as keyof Scenario['phases']]);
  const chosen = phases.filter((phase) => isWanted(selection, 'phases', phase));
  return wanted.flatMap((step) => chosen.map((phase) => ({ scenario: scenario.name, step, phase })));
}

/**
 * Plants every selected fault at every selected place; faults that need the same stage share one, and so many
 * stages stand at once.
 */
export async function runFaults(
  faults: readonly Fault[],
  selection: Selection,
  told: (line: Line, cell: Cell) => void = () => {},
  stagesAtOnce = 1,
): Promise<Line[]> {
  const lines: Line[] = [];
  const groups = new Map<string, { options: StageOptions; faults: Fault[] }>();
  for (const fault of faults) {
    if (!isWanted(selection, 'rows', fault.row)) continue;
    const key = JSON.stringify(fault.stage ?? {});
    const group = groups.get(key) ?? { options: fault.stage ?? {}, faults: [] };
    group.faults.push(fault);
    groups.set(key, group);
  }
  const runs = [...groups.values()].flatMap(({ options, faults: together }) => {
    const planned = together.flatMap((fault) =>
      SCENARIOS.filter(({ name }) => isWanted(selection, 'scenarios', name)).flatMap((scenario) => {
        const places = placesOf(fault, scenario, selection);
        return places.length === 0 ? [] : [{ line: { fault, scenario, cells: [] } as Line, places }];
      }),
    );
    lines.push(...planned.map(({ line }) => line));
    return inParts(planned).map((part) => () => runOnStage(options, part, told));
  });
  const next = async (): Promise<void> => {
    for (let run = runs.shift(); run; run = runs.shift()) await run();
  };
  await Promise.all(Array.from({ length: stagesAtOnce }, next));
  return lines;
}

interface PlannedLine {
  line: Line;
  places: Place[];
}

/** Each for a stage of its own, so that several can stand at once to the end. */
function inParts(planned: PlannedLine[]): PlannedLine[][] {
  const parts: PlannedLine[][] = [];
  let roomLeft = 0;
  for (const one of planned) {
    if (roomLeft <= 0) {
      parts.push([]);
      roomLeft = CELLS_OF_A_STAGE;
    }
    parts.at(-1)?.push(one);
    roomLeft -= one.places.length;
  }
  return parts;
}

async function runOnStage(
  options: StageOptions,
  planned: PlannedLine[],
  told: (line: Line, cell: Cell) => void,
): Promise<void> {
  let stage = await Stage.set(options);
  try {
    let used = 0;
    for (const { line, places } of planned) {
      for (const place of places) {
        // Whose archive it is that a rollback finds is certain where nothing else has become one.
        if (place.scenario === 'rollback to an archive' && used > 0) stage = await renewed(stage, options);
        const cell = await runCell(stage, line.fault, line.scenario, place);
        line.cells.push(cell);
        told(line, cell);
        used++;
        // Behind these a rollback does not go back to the old version: it is only more of the same that goes on there.
        const isPast = place.scenario === 'restore' && place === places.at(-1);
        const isSpoilt =
          line.fault.spoils || isPast || place.scenario === 'rollback to an archive' || cell.violations.length > 0;
        if (!isSpoilt && used < RENEW_AFTER) continue;
        used = 0;
        stage = await renewed(stage, options);
      }
    }
  } finally {
    await stage.close();
  }
}

/** The appliance anew; everything anew where the engine is past that. */
async function renewed(stage: Stage, options: StageOptions): Promise<Stage> {
  try {
    await stage.renew();
    return stage;
  } catch {
    await stage.close().catch(() => {});
    return Stage.set(options);
  }
}
