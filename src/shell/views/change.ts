import type { ChangePlanView } from '../../api/contract/change-plan.ts';
import { formatNames } from '../format.ts';
import type { Paint } from '../paint.ts';
import { wrap } from '../width.ts';
import { fields } from './fields.ts';
import { concerns, downtimeText, settingText, stepList } from './plans.ts';

interface Screen {
  width: number;
  nowMs: number;
  paint: Paint;
}

/** Which services would be exchanged for what, and which go on. */
export function changePlanLines(plan: ChangePlanView, screen: Screen): string[] {
  const { appliance, from, to, changes, added, removed, kept, engines, downtimeForecastMs } = plan;
  const { width, paint } = screen;
  return [
    ...wrap(`This changes ${appliance} ${from.version} (${from.release}); its data stays as it is.`, width),
    ...fields(
      [
        { name: 'Downtime', value: downtimeText(downtimeForecastMs) },
        { name: 'Version', value: to.version === from.version ? null : `${from.version} → ${to.version}` },
        { name: 'New', value: changeLines(changes) },
        {
          name: 'Added',
          value: shortened(added.map(({ service, image }) => ({ name: service, text: `${service}, ${image}` }))),
        },
        {
          name: 'Removed',
          value: shortened(removed.map((name) => ({ name, text: `${name}: turned off, its container stays` }))),
        },
        { name: 'Go on', value: kept.length > 0 ? formatNames(kept) : null },
        { name: 'At a time', value: engines && engines.engines.length > 1 ? `${engines.maxUnavailable}` : null },
        { name: 'Way back', value: `rollback system, to ${from.release}` },
      ],
      width,
      paint,
      2,
    ),
    ...stepList(plan.steps, screen),
    ...concerns(plan, screen),
  ];
}

/** One line for each thing; where many services get nothing but a new container, their names alone. */
function changeLines(changes: ChangePlanView['changes']): string[] {
  const same = changes.filter(({ image, settings }) => image === null && settings.length === 0);
  if (same.length <= FEW) return changes.flatMap(changeTexts);
  const others = changes.filter((each) => !same.includes(each)).flatMap(changeTexts);
  return [...others, `the same again, in new containers: ${formatNames(same.map(({ service }) => service))}`];
}

function changeTexts({ service, image, settings }: ChangePlanView['changes'][number]): string[] {
  const texts = [
    ...(image ? [`${service} from ${image.now} to ${image.after}`] : []),
    ...settings.map((each) => `${service}: ${settingText(each)}`),
  ];
  return texts.length > 0 ? texts : [`${service}: the same again, in a new container`];
}

const FEW = 8;

/** One line each; of many the names alone. */
const shortened = (items: readonly { name: string; text: string }[]): string[] =>
  items.length <= FEW ? items.map(({ text }) => text) : [formatNames(items.map(({ name }) => name))];
