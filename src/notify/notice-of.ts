import { writeDuration } from '../domain/duration.ts';
import { newNoticeId } from '../domain/ids.ts';
import type { Notice } from '../domain/notice.ts';
import type { Operation, OperationKind } from '../domain/operation.ts';
import type { Journal } from '../domain/ports/journal.ts';
import { redactText } from '../domain/redaction.ts';
import { knownSecrets } from '../domain/secrets.ts';

/** Where the kind is not what people call it. */
const NOUNS: Partial<Record<OperationKind, string>> = { install: 'installation', move: 'move of the data' };
/** Those that go from one version to another. */
const LEADS_TO: readonly OperationKind[] = ['upgrade', 'rollback', 'promotion', 'install', 'rehearsal'];

/** What is told of an operation as it is now. */
export function noticeOf(journal: Pick<Journal, 'release'>, operation: Operation, at: Date): Notice {
  const releases = [journal.release(operation.from), journal.release(operation.to)];
  const [from = 'unknown', to = 'unknown'] = releases.map((release) => release?.version ?? 'unknown');
  const secrets = knownSecrets(...releases.flatMap((release) => release?.services ?? []));
  const reason = operation.reason ?? operation.facts.because ?? null;
  const told = { ...operation, reason: reason === null ? null : redactText(reason, secrets) };
  return {
    id: newNoticeId(),
    event: operation.state === 'running' ? 'started' : operation.state,
    at: at.toISOString(),
    appliance: operation.appliance,
    text: sentenceOf(told, from, to),
    operation: {
      id: operation.id,
      kind: operation.kind,
      state: operation.state,
      from,
      to,
      fromRelease: operation.from,
      toRelease: operation.to,
      by: operation.by,
      startedAt: operation.startedAt.toISOString(),
      endedAt: operation.endedAt?.toISOString() ?? null,
      reason: told.reason,
      downtimeMs: operation.facts.downtimeMs ?? null,
    },
  };
}

/** What is told when somebody tries out whether it arrives. */
export const testNotice = (appliance: string, by: string, at: Date): Notice => ({
  id: newNoticeId(),
  event: 'test',
  at: at.toISOString(),
  appliance,
  text: `${appliance}: a test that ${by} asked for. Nothing has happened.`,
  operation: null,
});

function sentenceOf({ appliance, kind, state, by, reason, facts }: Operation, from: string, to: string): string {
  const what = `the ${NOUNS[kind] ?? kind}${LEADS_TO.includes(kind) ? ` to ${to}` : ''}`;
  const why = reason === null ? '' : ` ${reason}`;
  const down = facts.downtimeMs === undefined ? '' : ` It was down for ${writeDuration(facts.downtimeMs)}.`;
  switch (state) {
    case 'running':
      return `${appliance}: ${what} has begun, by ${by}.${why}`;
    case 'succeeded':
      return `${appliance}: ${what} has succeeded.${down}${why}`;
    case 'rolled-back':
      return `${appliance} is back on ${from}: ${what} did not succeed.${why}${down}`;
    case 'failed':
      return `${appliance} is as it was, on ${from}: ${what} did not succeed.${why}`;
    case 'needs-attention':
      return `${appliance} needs attention after ${what}.${why}`;
  }
}
