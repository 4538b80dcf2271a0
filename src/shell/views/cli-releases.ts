import type { CliReleasesView } from '../../api/contract/cli-releases.ts';
import { formatAge } from '../format.ts';
import type { Paint } from '../paint.ts';
import { wrap } from '../width.ts';
import { fields } from './fields.ts';
import { table } from './table.ts';

interface Screen {
  width: number;
  nowMs: number;
  paint: Paint;
}

export function cliReleaseLines(found: CliReleasesView, { width, nowMs, paint }: Screen): string[] {
  const { root, running, releases, changes } = found;
  const head = fields(
    [
      { name: 'Runs', value: running },
      { name: 'Installed', value: root ?? 'no: it runs from where it was unpacked, or from its sources' },
    ],
    width,
    paint,
  );
  if (root === null) return head;
  const list = table(
    releases,
    [
      { title: 'VERSION', value: ({ version }) => version },
      { title: 'INSTALLED', value: ({ installed }) => formatAge(installed, nowMs) },
      {
        title: 'STATUS',
        value: ({ isCurrent, problem }) => (isCurrent ? 'current' : problem ? 'cannot run' : 'ready'),
      },
    ],
    width,
    paint,
  );
  const problems = releases.flatMap(({ problem }) => (problem === null ? [] : wrap(problem, width)));
  const [last] = changes;
  const failed = last?.outcome === 'went-back' ? wrap(`${last.to} did not come up: ${last.reason}.`, width) : [];
  return [...head, '', ...list, ...problems, ...failed.map(paint.bad)];
}
