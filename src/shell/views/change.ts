import type { ChangePlanView } from '../../api/contract/change-plan.ts';
import { formatForecast } from '../format.ts';
import type { Paint } from '../paint.ts';
import { wrap } from '../width.ts';
import { fields } from './fields.ts';
import { concerns, settingText, stepList } from './plans.ts';

interface Screen {
  width: number;
  nowMs: number;
  paint: Paint;
}

/** Which services would be exchanged for what, and which go on. */
export function changePlanLines(plan: ChangePlanView, screen: Screen): string[] {
  const { appliance, from, to, changes, kept, downtimeForecastMs } = plan;
  const { width, paint } = screen;
  const downtime = downtimeForecastMs === null ? 'none: the controller goes on' : formatForecast(downtimeForecastMs);
  return [
    ...wrap(`This changes ${appliance} ${from.version} (${from.release}); its data stays as it is.`, width),
    ...fields(
      [
        { name: 'Downtime', value: downtime },
        { name: 'Version', value: to.version === from.version ? null : `${from.version} → ${to.version}` },
        { name: 'New', value: changes.flatMap(changeTexts) },
        { name: 'Go on', value: kept.length > 0 ? kept.join(', ') : null },
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

function changeTexts({ service, image, settings }: ChangePlanView['changes'][number]): string[] {
  const texts = [
    ...(image ? [`${service} from ${image.now} to ${image.after}`] : []),
    ...settings.map((each) => `${service}: ${settingText(each)}`),
  ];
  return texts.length > 0 ? texts : [`${service}: the same again, in a new container`];
}
