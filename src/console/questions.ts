import type { OperationView } from '../api/contract/operation-views.ts';
import type { RollbackPlanView, UpgradePlanView } from '../api/contract/plan-views.ts';
import { call, nowMs } from './api.ts';
import { h } from './element.ts';
import { ask } from './question.ts';
import { rollbackPlan, rollbackSentence, upgradePlan } from './views/plans.ts';

/** Windows that one would choose from; anything else can be said at the prompt. */
const WINDOWS = [
  ['', 'No, it stays as soon as it has proved itself'],
  ['5m', 'Yes, after 5 minutes'],
  ['10m', 'Yes, after 10 minutes'],
  ['30m', 'Yes, after 30 minutes'],
  ['1h', 'Yes, after an hour'],
] as const;

/** To a release, or to the one before. Resolves with what was begun; null where it was not. */
export async function askRollback(
  appliance: string,
  to: { version: string; release?: string },
): Promise<OperationView | null> {
  const { version, release } = to;
  let operation: OperationView | null = null;
  await ask<RollbackPlanView>({
    title: `Roll back to ${version}?`,
    doIt: `Roll back to ${version}`,
    isGrave: true,
    plan: () => call('/api/rollback/plan', { appliance, release }),
    sentence: rollbackSentence,
    body: (plan) => rollbackPlan(plan, nowMs()),
    isPossible: ({ obstacles }) => obstacles.length === 0,
    act: async () => {
      operation = await call('/api/cluster/rollback', { appliance }, release === undefined ? {} : { release });
    },
  });
  return operation;
}

/** Whether it was aborted. */
export function askAbort(appliance: string, { id, kind, from, to }: OperationView): Promise<boolean> {
  return ask<OperationView>({
    title: `Abort the ${kind === 'install' ? 'installation' : kind}?`,
    doIt: 'Abort it',
    isGrave: true,
    plan: () => call('/api/upgrade/status', { appliance, operation: id }),
    sentence: ({ can }) =>
      can.includes('abort')
        ? `${appliance} goes on with ${from} and its data. What ${to} has written meanwhile is given up.`
        : 'It is too late for that.',
    body: () => null,
    isPossible: ({ can }) => can.includes('abort'),
    act: () => call('/api/upgrade/abort', { appliance }, {}),
  });
}

export async function askUpgrade(appliance: string, version: string): Promise<OperationView | null> {
  let operation: OperationView | null = null;
  const choice = h(
    'select',
    { id: 'confirm-within' },
    WINDOWS.map(([value, text]) => h('option', { value }, text)),
  );
  await ask<UpgradePlanView>({
    title: `Upgrade to ${version}?`,
    doIt: `Upgrade to ${version}`,
    isGrave: false,
    plan: () => call('/api/upgrade/plan', { appliance, version }),
    sentence: ({ from, to }) =>
      `This takes ${appliance} from ${from.version} to ${to.version}. If ${to.version} does not prove itself, ${from.version} is back by itself.`,
    body: upgradePlan,
    isPossible: ({ obstacles }) => obstacles.length === 0,
    choice: h(
      'div',
      { class: 'choice' },
      h('label', { for: 'confirm-within' }, 'Go back by itself unless you confirm?'),
      choice,
    ),
    act: async () => {
      const confirmWithin = choice.value === '' ? {} : { confirmWithin: choice.value };
      operation = await call('/api/cluster/upgrade', { appliance }, { version, ...confirmWithin });
    },
  });
  return operation;
}
