import type { JournalCopyView, JournalReportView, JournalRestoredView } from '../../api/contract/journal-views.ts';
import { formatAge, formatBytes, formatCount, formatMoment } from '../format.ts';
import type { Paint } from '../paint.ts';
import { wrap } from '../width.ts';
import { fields } from './fields.ts';
import { table } from './table.ts';

interface Screen {
  width: number;
  nowMs: number;
  paint: Paint;
}

type Knows = JournalReportView['knows'];

const STATES = { usable: 'sound', 'read-only': 'read-only', unusable: 'cannot be used' } as const;

export function journalLines(report: JournalReportView, { width, nowMs, paint }: Screen): string[] {
  const isSound = report.state === 'usable' && report.problems.length === 0;
  const state = report.problems.length > 0 ? 'not sound' : STATES[report.state];
  const head = fields(
    [
      { name: 'Journal', value: report.path },
      { name: 'State', value: state, colour: isSound ? paint.good : paint.bad },
      { name: 'Size', value: report.sizeBytes === null ? null : formatBytes(report.sizeBytes) },
      {
        name: 'Secrets',
        value:
          report.secretsKey && `their key is ${report.secretsKey}, in no copy of the journal: keep a copy of it apart`,
      },
      { name: 'Knows', value: report.knows && amounts(report.knows) },
      { name: 'Last', value: lastWords(report.knows, nowMs) },
    ],
    width,
    paint,
  );
  const trouble = report.trouble
    ? [...wrap(report.trouble.message, width).map(paint.bad), ...wrap(report.trouble.hint ?? '', width, 2)]
    : [];
  const problems = report.problems.flatMap((problem) => wrap(`! ${problem}`, width).map(paint.bad));
  const next =
    report.problems.length > 0 && report.copies.some(({ problem }) => problem === null)
      ? ['Next: journal restore']
      : [];
  return [
    ...head,
    ...spaced([...trouble, ...problems]),
    ...spaced(strangerLines(report, width, paint)),
    '',
    ...copyTable(report.copies, { width, nowMs, paint }),
    ...spaced(next),
  ];
}

const spaced = (lines: string[]): string[] => (lines.length > 0 ? ['', ...lines] : []);

const amounts = (knows: NonNullable<Knows>): string =>
  [
    formatCount(knows.appliances, 'appliance'),
    formatCount(knows.releases, 'release'),
    formatCount(knows.operations, 'operation'),
  ].join(', ');

function lastWords(knows: Knows, nowMs: number): string | null {
  const last = knows?.lastOperation;
  if (!last) return null;
  return `${last.kind} of ${last.appliance} to ${last.version ?? 'unknown'}, ${last.state}, ${formatAge(last.at, nowMs)}`;
}

function strangerLines({ strangers }: JournalReportView, width: number, paint: Paint): string[] {
  return strangers.flatMap(({ name, appliance, release, running }) =>
    wrap(
      `! The container ${name} (${running ? 'running' : 'stopped'}) was made for ${release} of ${appliance}, which the journal does not know.`,
      width,
    ).map(paint.warn),
  );
}

function copyTable(copies: readonly JournalCopyView[], { width, nowMs, paint }: Screen): string[] {
  if (copies.length === 0) return ['There is no copy yet: one is made after each operation.'];
  return table(
    copies,
    [
      { title: 'COPY', value: (each) => String(each.number), align: 'right' },
      { title: 'TAKEN', value: (each) => formatAge(each.takenAt, nowMs) },
      { title: 'AT', value: (each) => formatMoment(each.takenAt, nowMs), dispensable: 2 },
      { title: 'SIZE', value: (each) => formatBytes(each.sizeBytes), align: 'right', dispensable: 1 },
      {
        title: 'LAST OPERATION IN IT',
        value: (each) => each.problem ?? lastWords(each.knows, nowMs) ?? 'none',
        colour: (text, each) => (each.problem ? paint.bad(text) : text),
        least: 12,
      },
    ],
    width,
    paint,
  );
}

/** In a few words: when it was taken, and the last thing that it knows. */
export function copyWords({ takenAt, knows }: JournalCopyView, nowMs: number): string {
  return `taken ${formatAge(takenAt, nowMs)}, its last operation: ${lastWords(knows, nowMs) ?? 'none'}`;
}

export function restoredLines({ copy, setAside, report }: JournalRestoredView, screen: Screen): string[] {
  const { width, nowMs, paint } = screen;
  const unknown = report.strangers.length > 0;
  return [
    ...wrap(`The journal is copy ${copy.number} now: ${copyWords(copy, nowMs)}.`, width).map(paint.good),
    ...(setAside ? wrap(`The broken one is kept: ${setAside}`, width) : []),
    ...strangerLines(report, width, paint),
    ...(unknown
      ? wrap('These came after the copy was taken. Look at each before anything else: show system', width)
      : []),
    ...report.problems.flatMap((problem) => wrap(`! ${problem}`, width).map(paint.bad)),
  ];
}
