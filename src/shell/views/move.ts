import type { MovePlanView } from '../../api/contract/move.ts';
import { formatBytes, formatCount, formatForecast } from '../format.ts';
import type { Paint } from '../paint.ts';
import { wrap } from '../width.ts';
import { fields } from './fields.ts';
import { concerns, mountTexts, spaceText, stepList } from './plans.ts';

interface Screen {
  width: number;
  nowMs: number;
  paint: Paint;
}

const COPIED: Partial<Record<MovePlanView['data']['treatment'], string>> = {
  reflink: 'cloned in an instant, after the stop',
  'copy-stopped': 'copied after the stop',
};

const nounOf = ({ kind, source }: { kind: 'volume' | 'bind'; source: string }): string =>
  kind === 'bind' ? `the directory ${source}` : `the volume ${source}`;

/** Where the data would go, what that costs, and what becomes of what is there now. */
export function movePlanLines(plan: MovePlanView, screen: Screen): string[] {
  const { data, target, owner, setAside, from } = plan;
  const { width, paint } = screen;
  const isCopied = [data, ...plan.others].some(({ treatment }) => treatment === 'pre-copy');
  const kept = setAside ? `set aside as ${setAside}` : `stays in ${nounOf(data)}`;
  return [
    ...wrap(`This moves the data at ${data.targets.join(', ')} of ${plan.appliance} to ${nounOf(target)}.`, width),
    ...fields(
      [
        { name: 'Downtime', value: formatForecast(plan.downtimeForecastMs) },
        {
          name: 'Before that',
          value: isCopied ? `${formatForecast(plan.preCopyForecastMs)} of copying while ${from.version} serves` : null,
        },
        {
          name: 'Data',
          value: `${formatBytes(data.sizeBytes)}, ${formatCount(data.files, 'file')} in ${nounOf(data)}${also(COPIED[data.treatment])}`,
        },
        { name: 'Owner', value: owner ? `${owner.uid}:${owner.gid}, of all of it` : 'stays as it is' },
        { name: 'Other data', value: mountTexts(plan.others) },
        { name: 'Space', value: plan.space.map(spaceText) },
        { name: 'What is left', value: kept },
        { name: 'Way back', value: `rollback system, to ${from.version} (${from.release}) with its data as it is now` },
      ],
      width,
      paint,
      2,
    ),
    ...stepList(plan.steps, screen),
    ...concerns(plan, screen),
  ];
}

const also = (words: string | undefined): string => (words === undefined ? '' : `: ${words}`);
