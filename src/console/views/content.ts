import type { OperationView } from '../../api/contract/operation-views.ts';
import { type Child, h } from '../element.ts';
import { type Known, leftToConfirmMs } from '../model.ts';
import { confirmationPanel } from './confirmation.ts';
import { historyPanel, type OperationActions, operationPanel } from './operation.ts';
import { releasesPanel, versionsPanel } from './releases.ts';
import { systemPanel } from './system.ts';

export interface ContentActions {
  confirm: () => void;
  rollBack: (to: { version: string; release?: string }) => void;
  upgrade: (version: string) => void;
  operation: OperationActions;
  showOlderReleases: () => void;
  showOlderHistory: () => void;
}

/** One appliance: what runs, what goes on, what it could go back to, what it could become, what was. */
export function content(
  { known, operation }: { known: Known; operation: OperationView | null },
  nowMs: number,
  actions: ContentActions,
): Child {
  const { system, releases, versions, history, hasOlderReleases, hasOlderHistory } = known;
  const { confirmation } = system;
  const leftMs = leftToConfirmMs(known);
  return [
    systemPanel(system, nowMs),
    confirmation &&
      leftMs !== null &&
      confirmationPanel(confirmation, leftMs, {
        confirm: actions.confirm,
        goBack: () => actions.rollBack({ version: confirmation.backTo }),
      }),
    operation && operationPanel(operation, nowMs, actions.operation),
    releasesPanel(releases, nowMs, {
      rollBack: ({ id, version }) => actions.rollBack({ version, release: id }),
      showOlder: hasOlderReleases ? actions.showOlderReleases : null,
    }),
    h(
      'div',
      { class: 'beside', 'data-key': 'beside' },
      versions && versionsPanel(versions, actions.upgrade),
      historyPanel(history, nowMs, hasOlderHistory ? actions.showOlderHistory : null),
    ),
  ];
}
