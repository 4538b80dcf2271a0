import type { ReleaseDiffView } from '../../api/contract/release-history.ts';
import { formatAge, formatCount } from '../format.ts';
import type { Paint } from '../paint.ts';
import { wrap } from '../width.ts';
import { type Field, fields } from './fields.ts';
import { buildOf } from './releases.ts';
import { fileLines } from './rollback-plan.ts';

interface Screen {
  width: number;
  nowMs: number;
  paint: Paint;
}

type Image = ReleaseDiffView['images'][number]['from'];
type Setting = ReleaseDiffView['settings'][number];

/** Images, settings and data, each change with both sides. */
export function releaseDiffLines(diff: ReleaseDiffView, screen: Screen): string[] {
  const { width, nowMs, paint } = screen;
  const named = ({ release, version, created }: ReleaseDiffView['from']): string =>
    `${version} (${release}, ${formatAge(created, nowMs)})`;
  const section = (title: string, list: Field[], none: string): string[] => [
    '',
    paint.strong(title),
    ...(list.length === 0 ? [`  ${none}`] : fields(list, width, paint, 2)),
  ];
  return [
    ...wrap(`From ${named(diff.from)} to ${named(diff.to)}`, width),
    ...section('Images', diff.images.map(imageField), 'the same'),
    ...section('Settings', settingFields(diff.settings), 'the same'),
    '',
    paint.strong('Data'),
    ...dataLines(diff.data, width),
  ];
}

const imageText = (image: Image): string =>
  image === null ? '(no such service)' : [image.reference, buildOf(image)].filter((text) => text !== '').join(' ');

const imageField = ({ service, from, to }: ReleaseDiffView['images'][number]): Field => ({
  name: service,
  value: [imageText(from), `→ ${imageText(to)}`],
});

/** With one service there is no need to say which. */
function settingFields(settings: readonly Setting[]): Field[] {
  const isOne = new Set(settings.map(({ service }) => service)).size <= 1;
  return settings.map((each) => ({
    name: isOne ? each.setting : `${each.service} ${each.setting}`,
    value: settingText(each),
  }));
}

function settingText({ now, after }: Setting): string {
  if (now !== null && now === after) return `another one ${after}`;
  return `${now ?? '(not set)'} → ${after ?? '(not set)'}`;
}

function dataLines({ isShared, changes, note }: ReleaseDiffView['data'], width: number): string[] {
  if (isShared) return ['  the same: they share it'];
  if (changes === null) return wrap(`  ${note ?? 'not compared'}`, width, 2);
  const { added, changed, removed, sample } = changes;
  const count = added + changed + removed;
  if (count === 0) return ['  the same, file by file'];
  const parts = [`${added} added`, `${changed} changed`, `${removed} removed`].filter((part) => !part.startsWith('0 '));
  const files = fileLines(sample, count, width - 2);
  return [
    ...wrap(`  ${formatCount(count, 'file')}: ${parts.join(', ')}`, width, 2),
    ...files.map((line) => `  ${line}`),
  ];
}
