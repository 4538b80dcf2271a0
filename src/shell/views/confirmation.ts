import { countdownText } from '../../api/contract/duration-text.ts';
import type { OperationView } from '../../api/contract/operation-views.ts';
import { formatDuration, formatMoment } from '../format.ts';

type Confirmation = NonNullable<OperationView['confirmation']>;
type Intervention = OperationView['interventions'][number];

/** What an upgrade has to be confirmed within, or what became of that. */
export function confirmationText(confirmation: Confirmation | null, nowMs: number): string | null {
  if (confirmation === null) return null;
  const { state, windowMs, leftMs, backTo, endedBy, endedAt } = confirmation;
  const window = formatDuration(windowMs);
  const ended = `by ${endedBy ?? 'unknown'}${endedAt === null ? '' : `, ${formatMoment(endedAt, nowMs)}`}`;
  switch (state) {
    case 'asked':
      return `within ${window} after it has taken over, or back to ${backTo}`;
    case 'pending':
      return `${countdownText(leftMs ?? 0)} left of ${window}, then back to ${backTo}; to keep it: confirm system`;
    case 'confirmed':
      return `confirmed ${ended}`;
    case 'reverted':
      return `gone back ${ended}`;
  }
}

/** `eve has given the upgrade 10 min more`, `eve has aborted the upgrade`. */
const done = ({ what, by, addedMs }: Intervention, kind: string): string =>
  what === 'abort' ? `${by} aborted the ${kind}` : `${by} gave the ${kind} ${formatDuration(addedMs ?? 0)} more`;

export const interventionTexts = (operation: OperationView, nowMs: number): string[] =>
  operation.interventions.map((each) => `${done(each, operation.kind)}, ${formatMoment(each.at, nowMs)}`);

/** What happened since `known` interventions were told. */
export const interventionNotices = ({ interventions, kind, appliance }: OperationView, known: number): string[] =>
  interventions.slice(known).map((each) => `${done(each, `${kind} of ${appliance}`)}.`);
