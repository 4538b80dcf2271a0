import type { Fault } from './fault.ts';
import type { Cell } from './run-cell.ts';
import { SCENARIOS, type Scenario } from './scenario.ts';

/** All cells of one fault in one scenario. */
export interface Line {
  fault: Fault;
  scenario: Scenario;
  cells: Cell[];
}

const seconds = (ms: number) => `${(ms / 1_000).toFixed(1)} s`;

/** The ends of all phases of one step, and the longest time. */
function cellText(cells: Cell[]): string {
  if (cells.length === 0) return '—';
  const ends = [...new Set(cells.map(({ end }) => end))].join('/');
  const broken = cells.some(({ violations }) => violations.length > 0) ? ' ✗' : '';
  return `${ends} ${seconds(Math.max(...cells.map(({ recoveryMs }) => recoveryMs)))}${broken}`;
}

function grid(rows: string[][]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  return rows.map((row) =>
    row
      .map((text, column) => text.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

/** fault × step → end and time to recover, one table for each scenario, and the legend. */
export function tableOf(lines: readonly Line[]): string {
  const out: string[] = [];
  for (const scenario of SCENARIOS) {
    const own = lines.filter((line) => line.scenario === scenario);
    if (own.length === 0) continue;
    const rows = own.map(({ fault, cells }) => [
      String(fault.row),
      fault.name,
      ...scenario.steps.map((step) => cellText(cells.filter(({ place }) => place.step === step))),
    ]);
    out.push('', `During: ${scenario.name}`, ...grid([['row', 'fault', ...scenario.steps], ...rows]));
  }
  return [...out, '', ...legend(lines)].join('\n');
}

function legend(lines: readonly Line[]): string[] {
  const reasons = new Map<string, Set<string>>();
  for (const { fault } of lines) {
    if (!fault.notElsewhere) continue;
    const rows = reasons.get(fault.notElsewhere) ?? new Set();
    reasons.set(fault.notElsewhere, rows.add(String(fault.row)));
  }
  return [
    'old, new: the release that it ended on, with its own data, image and settings. Several: by when in the step it struck.',
    'refused: nothing was changed, and the answer named the cause. The time is from the fault to the end of the operation.',
    '✗: the promise was broken, as said below. —: the fault does not apply to the step:',
    ...[...reasons].map(([reason, rows]) => `  row ${[...rows].join(', ')}: ${reason}`),
    '  elsewhere the step is over before the fault can meet it, or has not begun what the fault breaks',
  ];
}

/** Every violation, with where it was. */
export function violationsOf(lines: readonly Line[]): string[] {
  return lines.flatMap(({ fault, scenario, cells }) =>
    cells.flatMap(({ place, violations }) =>
      violations.map(
        (words) => `row ${fault.row} ${fault.name}, ${scenario.name}, ${place.step}:${place.phase}: ${words}`,
      ),
    ),
  );
}
