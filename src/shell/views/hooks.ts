import type { OperationView } from '../../api/contract/operation-views.ts';
import { formatDuration } from '../format.ts';
import type { Paint } from '../paint.ts';
import { wrap } from '../width.ts';

/** So much of what it said is shown of a hook that did what it is for, and of one that did not. */
const SHOWN_LINES = { done: 2, failed: 10 };

/** What came of the vendor's commands, each with the last of what it said. */
export function hookLines({ hooks }: OperationView, { width, paint }: { width: number; paint: Paint }): string[] {
  return hooks.flatMap(({ hook, version, where, exitCode, tookMs, output }) => {
    const isDone = exitCode === 0;
    const came = isDone ? 'done' : exitCode === null ? 'failed' : `failed with code ${exitCode}`;
    const what = hook === 'legacy' ? `The vendor's procedure to ${version}` : `Hook ${hook} of ${version}`;
    const head = `${what}, ${where}: ${came}, ${formatDuration(tookMs)}`;
    const said = output.slice(-(isDone ? SHOWN_LINES.done : SHOWN_LINES.failed));
    return [
      ...wrap(head, width).map(isDone ? (line) => line : paint.bad),
      ...said.flatMap((line) => wrap(line, width, 2).slice(0, 4).map(paint.faint)),
    ];
  });
}
