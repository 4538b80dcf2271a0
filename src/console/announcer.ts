import type { OperationView } from '../api/contract/operation-views.ts';
import { outcomeOf, titleOf } from './words.ts';

/** What a screen reader is told of a change; null where it was told already. */
export function newsOf(before: OperationView | null, now: OperationView): string | null {
  if (now.state !== 'running') return before?.state === now.state ? null : outcomeOf(now);
  const isNew = before?.id !== now.id;
  const current = currentStep(now);
  if (!isNew && currentStep(before)?.name === current?.name && currentStep(before)?.status === current?.status) {
    return null;
  }
  const position = now.steps.findIndex(({ name }) => name === current?.name) + 1;
  const step = current && `Step ${position} of ${now.steps.length}: ${current.title}.`;
  const takenBack = current?.status === 'reverting' ? 'Taking back. ' : '';
  return (
    [isNew ? `${titleOf(now)} has begun.` : '', step ? takenBack + step : ''].filter((text) => text !== '').join(' ') ||
    null
  );
}

const currentStep = (operation: OperationView | null) =>
  operation?.steps.find(({ status }) => status === 'running' || status === 'reverting');
