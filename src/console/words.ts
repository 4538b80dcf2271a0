import { NOUNS } from '../api/contract/doing.ts';
import type { OperationView, StepView } from '../api/contract/operation-views.ts';
import type { ReleaseView } from '../api/contract/release-views.ts';
import type { SystemView } from '../api/contract/system-views.ts';
import { formatBytes, formatDuration } from '../shell/format.ts';
import type { IconName } from './icon.ts';

/** What things are called on the page. */

/** `Upgrade from 2.0.4 to 2.1.0`. */
export function titleOf({ kind, from, to }: OperationView): string {
  if (kind === 'install') return `${NOUNS[kind]} of ${to}`;
  return from === to ? `${NOUNS[kind]} on ${to}` : `${NOUNS[kind]} from ${from} to ${to}`;
}

export type Mood = 'good' | 'busy' | 'warn' | 'bad' | 'calm';

export const SYSTEM_STATES: Record<SystemView['state'], { text: string; mood: Mood; icon: IconName }> = {
  running: { text: 'Running', mood: 'good', icon: 'done' },
  upgrading: { text: 'Upgrading', mood: 'busy', icon: 'running' },
  'rolling-back': { text: 'Rolling back', mood: 'busy', icon: 'running' },
  restoring: { text: 'Restoring', mood: 'busy', icon: 'running' },
  repairing: { text: 'Repairing', mood: 'busy', icon: 'running' },
  changing: { text: 'Changing', mood: 'busy', icon: 'running' },
  promoting: { text: 'Promoting', mood: 'busy', icon: 'running' },
  moving: { text: 'Moving the data', mood: 'busy', icon: 'running' },
  rehearsing: { text: 'Rehearsing', mood: 'busy', icon: 'running' },
  recovering: { text: 'Recovering', mood: 'busy', icon: 'running' },
  down: { text: 'Down', mood: 'bad', icon: 'failed' },
  'needs-attention': { text: 'Needs attention', mood: 'bad', icon: 'attention' },
};

export const OPERATION_STATES: Record<OperationView['state'], { text: string; mood: Mood; icon: IconName }> = {
  running: { text: 'Running', mood: 'busy', icon: 'running' },
  succeeded: { text: 'Succeeded', mood: 'good', icon: 'done' },
  'rolled-back': { text: 'Taken back', mood: 'warn', icon: 'back' },
  failed: { text: 'Failed, nothing changed', mood: 'bad', icon: 'failed' },
  'needs-attention': { text: 'Needs attention', mood: 'bad', icon: 'attention' },
};

export const STEP_STATES: Record<StepView['status'], { text: string; icon: IconName }> = {
  pending: { text: 'to come', icon: 'pending' },
  running: { text: 'running', icon: 'running' },
  done: { text: 'done', icon: 'done' },
  failed: { text: 'failed', icon: 'failed' },
  reverting: { text: 'being taken back', icon: 'back' },
  reverted: { text: 'taken back', icon: 'back' },
  skipped: { text: 'not needed', icon: 'skipped' },
};

/** How it ended, in one sentence. */
export function outcomeOf(operation: OperationView): string {
  const { appliance, kind, state, from, to, downtimeMs } = operation;
  const down = downtimeMs === null ? '' : ` It was down for ${formatDuration(downtimeMs)}.`;
  switch (state) {
    case 'running':
      return '';
    case 'succeeded':
      if (kind === 'rehearsal') return `${to} would work. ${appliance} still runs ${from}.`;
      return `${appliance} now runs ${to}.${down}`;
    case 'rolled-back':
      if (kind === 'rehearsal') return `${to} would not work. ${appliance} still runs ${from}.`;
      return kind === 'install' ? 'Nothing is left of it.' : `${appliance} is back on ${from}, with its data.${down}`;
    case 'failed':
      return kind === 'install' ? 'Nothing is left of it.' : `Nothing was changed: ${appliance} still runs ${from}.`;
    case 'needs-attention':
      return `${appliance} needs your attention: Belay will not decide alone.`;
  }
}

export const RELEASE_STATES: Record<ReleaseView['status'], { text: string; mood: Mood }> = {
  active: { text: 'Active', mood: 'good' },
  superseded: { text: 'Earlier', mood: 'calm' },
  'rolled-back': { text: 'Rolled back', mood: 'calm' },
  imported: { text: 'Imported', mood: 'calm' },
  failed: { text: 'Failed', mood: 'bad' },
};

const NO_BREAK = '\u00a0';

/** `live, 1.2 GiB`. */
export function dataOf({ data }: ReleaseView): string {
  const states = {
    live: 'live',
    frozen: 'kept',
    archived: 'in an archive',
    gone: 'not kept',
    none: 'none',
  };
  return data.sizeBytes === null
    ? states[data.state]
    : `${states[data.state]}, ${formatBytes(data.sizeBytes).replace(' ', NO_BREAK)}`;
}

const BUILD_DIGITS = 7;

/** The digits of an image's digest that are enough to tell it from others, as many as at the prompt. */
export const buildOf = ({ digest }: Pick<ReleaseView, 'digest'>): string =>
  digest === null ? 'unknown' : digest.replace(/^[a-z0-9]+:/, '').slice(0, BUILD_DIGITS);
