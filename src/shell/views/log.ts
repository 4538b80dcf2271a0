import type { LogLineView } from '../../api/contract/log.ts';
import { formatMoment } from '../format.ts';
import type { Paint } from '../paint.ts';
import { pad } from '../width.ts';

const NAME_COLUMNS = 10;

/** `20:14:07 serving`, with the service's name between where there are several. */
export function logLine(line: LogLineView, screen: { nowMs: number; paint: Paint; several: boolean }): string {
  const { nowMs, paint, several } = screen;
  const time = line.at === null ? '' : `${paint.faint(formatMoment(line.at, nowMs))} `;
  const name = several ? `${paint.accent(pad(line.service, NAME_COLUMNS))} ` : '';
  return `${time}${name}${line.text}`;
}
