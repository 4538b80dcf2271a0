import type { IncomingMessage } from 'node:http';
import { BelayError, toBelayError } from '../../domain/errors.ts';
import { API_LEVEL, API_LEVEL_HEADER } from '../contract/api-level.ts';
import type { Client } from './client.ts';
import { readEventStream } from './event-stream.ts';
import { answeredError, parseAnswer, readAll, send } from './http-call.ts';

export interface UnixClientOptions {
  /** Sees to it that a daemon runs and gives the path of its socket. Called again when the daemon has gone. */
  connect: () => Promise<string>;
  /** Who is asking, for the record. */
  user: string;
  /** Null where there is only one. */
  appliance: string | null;
  /** Applied to every string of every answer. */
  clean?: (text: string) => string;
  /** For a call that only looks; plans and changes get longer. */
  deadlineMs?: number;
}

const DEADLINE_MS = 30_000;
const LONG_DEADLINE_MS = 180_000;
/** The daemon sends a comment more often than this; a stream silent for longer is dead. */
const SILENCE_MS = 60_000;

interface Request {
  method?: 'GET' | 'POST';
  query?: Record<string, string | number | boolean | undefined> | undefined;
  body?: unknown;
  deadlineMs?: number;
  signal?: AbortSignal | undefined;
}

/** A daemon of another release of Belay is talked to as long as both mean the same. */
function refuseOtherLevel({ headers }: IncomingMessage): void {
  const level = Number(headers[API_LEVEL_HEADER] ?? 1);
  if (level === API_LEVEL) return;
  const which = level > API_LEVEL ? 'a later' : 'an earlier';
  throw new BelayError(
    'refused',
    `The daemon is of ${which} release of Belay, which this session does not understand.`,
    {
      hint: 'Leave, and log in again: exit',
    },
  );
}

/** The API over the daemon's unix socket. Every call has a deadline; nothing is sent before the first call. */
export function createUnixClient(options: UnixClientOptions): Client {
  const clean = options.clean ?? ((text: string) => text);
  let connected: Promise<string> | null = null;

  const socketPath = (): Promise<string> => {
    connected ??= options.connect().catch((thrown: unknown) => {
      connected = null;
      throw thrown;
    });
    return connected;
  };

  function pathOf(path: string, query: Request['query'] = {}): string {
    const search = new URLSearchParams();
    const named = 'appliance' in query ? query : { ...query, appliance: options.appliance ?? undefined };
    for (const [name, value] of Object.entries(named)) {
      if (value !== undefined) search.set(name, String(value));
    }
    return search.size === 0 ? path : `${path}?${search}`;
  }

  /** Connects anew, once, where the daemon that was there has gone: a refused connection has changed nothing. */
  async function open(path: string, request: Request, signal: AbortSignal, accept?: string): Promise<IncomingMessage> {
    for (let attempt = 1; ; attempt++) {
      const call = {
        socketPath: await socketPath(),
        method: request.method ?? 'GET',
        path: pathOf(path, request.query),
        user: options.user,
        body: request.body,
        signal,
        ...(accept === undefined ? {} : { accept }),
      };
      try {
        const answer = await send(call);
        refuseOtherLevel(answer);
        return answer;
      } catch (thrown) {
        connected = null;
        if (attempt > 1 || !isNotThere(thrown)) throw thrown;
      }
    }
  }

  async function call<Answer>(path: string, request: Request = {}): Promise<Answer> {
    const deadlineMs = request.deadlineMs ?? options.deadlineMs ?? DEADLINE_MS;
    const deadline = AbortSignal.timeout(deadlineMs);
    const signal = request.signal ? AbortSignal.any([request.signal, deadline]) : deadline;
    try {
      const answer = await open(path, request, signal);
      const text = await readAll(answer);
      const status = answer.statusCode ?? 500;
      if (status >= 400) throw answeredError(status, parseAnswer(text, clean));
      return parseAnswer(text, clean) as Answer;
    } catch (thrown) {
      throw explain(thrown, { interrupted: request.signal?.aborted ?? false, late: deadline.aborted, deadlineMs });
    }
  }

  const change = <Answer>(path: string, body: unknown, signal?: AbortSignal): Promise<Answer> =>
    call(path, { method: 'POST', body, deadlineMs: LONG_DEADLINE_MS, signal });

  async function* stream<Item>(path: string, query: Request['query'], signal: AbortSignal): AsyncGenerator<Item> {
    const silence = new AbortController();
    const timer = setTimeout(() => silence.abort(), SILENCE_MS);
    timer.unref();
    try {
      const either = AbortSignal.any([signal, silence.signal]);
      const answer = await open(path, { query }, either, 'text/event-stream');
      const status = answer.statusCode ?? 500;
      if (status >= 400) throw answeredError(status, parseAnswer(await readAll(answer), clean));
      answer.setEncoding('utf8');
      answer.on('data', () => timer.refresh());
      for await (const { data } of readEventStream(answer as AsyncIterable<string>)) {
        yield parseAnswer(data, clean) as Item;
      }
    } catch (thrown) {
      if (signal.aborted || silence.signal.aborted || isCutOff(thrown)) return;
      throw explain(thrown, { interrupted: false, late: false, deadlineMs: 0 });
    } finally {
      clearTimeout(timer);
    }
  }

  return {
    health: (signal) => call('/api/health', { signal }),
    appliances: (signal) => call('/api/appliances', { signal }),
    adopt: (body, signal) => call('/api/appliances', { method: 'POST', body, deadlineMs: LONG_DEADLINE_MS, signal }),
    checkManifest: (body, signal) => call('/api/manifest/check', { method: 'POST', body, signal }),
    install: (body, signal) =>
      call('/api/appliances/install', { method: 'POST', body, deadlineMs: LONG_DEADLINE_MS, signal }),
    manifest: (signal) => call('/api/manifest', { signal }),
    applyManifest: (body, signal) => call('/api/manifest', { method: 'POST', body, signal }),
    containers: (signal) => call('/api/containers', { signal }),
    system: (signal) => call('/api/system', { signal }),
    releases: (page, signal) => call('/api/releases', { query: { ...page }, signal }),
    releaseNames: (signal) => call('/api/releases/names', { signal }),
    release: (id, signal) => call(`/api/releases/${encodeURIComponent(id)}`, { signal }),
    releaseDiff: (id, to, signal) =>
      call(`/api/releases/${encodeURIComponent(id)}/diff`, { query: { to }, deadlineMs: LONG_DEADLINE_MS, signal }),
    noteRelease: (id, body, signal) =>
      call(`/api/releases/${encodeURIComponent(id)}/note`, { method: 'POST', body, signal }),
    releaseDeletion: (id, signal) => call(`/api/releases/${encodeURIComponent(id)}/deletion`, { signal }),
    deleteRelease: (id, signal) => call(`/api/releases/${encodeURIComponent(id)}/delete`, { method: 'POST', signal }),
    configuration: (service, signal) => call('/api/configuration', { query: { service }, signal }),
    environmentPlan: (body, signal) => change('/api/configuration/environment/plan', body, signal),
    changeEnvironment: (body, signal) => change('/api/configuration/environment', body, signal),
    imagePlan: (body, signal) => change('/api/configuration/image/plan', body, signal),
    changeImage: (body, signal) => change('/api/configuration/image', body, signal),
    versions: (signal) => call('/api/versions', { signal }),
    upgradeStatus: (operation, signal) => call('/api/upgrade/status', { query: { operation }, signal }),
    upgradeHistory: (limit, signal) => call('/api/upgrade/history', { query: { limit }, signal }),
    upgradePlan: (input, signal) =>
      call('/api/upgrade/plan', { query: { ...input }, deadlineMs: LONG_DEADLINE_MS, signal }),
    rollbackPlan: (input, signal) =>
      call('/api/rollback/plan', { query: { ...input }, deadlineMs: LONG_DEADLINE_MS, signal }),
    promotionPlan: (input, signal) =>
      call('/api/promotion/plan', { query: { ...input }, deadlineMs: LONG_DEADLINE_MS, signal }),
    promote: (body, signal) =>
      call('/api/cluster/promote', { method: 'POST', body, deadlineMs: LONG_DEADLINE_MS, signal }),
    rehearsalPlan: (input, signal) =>
      call('/api/rehearsal/plan', { query: { ...input }, deadlineMs: LONG_DEADLINE_MS, signal }),
    rehearse: (body, signal) =>
      call('/api/cluster/rehearse', { method: 'POST', body, deadlineMs: LONG_DEADLINE_MS, signal }),
    upgrade: (body, signal) =>
      call('/api/cluster/upgrade', { method: 'POST', body, deadlineMs: LONG_DEADLINE_MS, signal }),
    rollback: (body, signal) =>
      call('/api/cluster/rollback', { method: 'POST', body, deadlineMs: LONG_DEADLINE_MS, signal }),
    repairPlan: (signal) => call('/api/repair/plan', { deadlineMs: LONG_DEADLINE_MS, signal }),
    repair: (signal) => call('/api/cluster/repair', { method: 'POST', deadlineMs: LONG_DEADLINE_MS, signal }),
    log: (wanted, signal) => call('/api/log', { query: { ...wanted }, signal }),
    followLog: (wanted, signal) => stream('/api/log/stream', { ...wanted }, signal),
    // Of every appliance: a session tells what goes on in the others as well.
    events: (signal) => stream('/api/events', { appliance: undefined }, signal),
    extendUpgrade: (body, signal) => call('/api/upgrade/extend', { method: 'POST', body, signal }),
    abortUpgrade: (signal) => call('/api/upgrade/abort', { method: 'POST', signal }),
    confirm: (signal) => call('/api/cluster/confirm', { method: 'POST', signal }),
    makeTechSupport: (signal) => call('/api/tech-support', { method: 'POST', deadlineMs: LONG_DEADLINE_MS, signal }),
    journalCheck: (signal) => call('/api/journal', { deadlineMs: LONG_DEADLINE_MS, signal }),
    journalRestore: (body, signal) =>
      call('/api/journal/restore', { method: 'POST', body, deadlineMs: LONG_DEADLINE_MS, signal }),
    cliReleases: (signal) => call('/api/cli/releases', { signal }),
    updateCli: (body, signal) =>
      call('/api/cli/update', { method: 'POST', body, deadlineMs: LONG_DEADLINE_MS, signal }),
    rollbackCli: (body, signal) =>
      call('/api/cli/rollback', { method: 'POST', body, deadlineMs: LONG_DEADLINE_MS, signal }),
    installCli: (body, signal) =>
      call('/api/cli/install', { method: 'POST', body, deadlineMs: LONG_DEADLINE_MS, signal }),
    notifications: (signal) => call('/api/notifications', { signal }),
    testNotification: (signal) => call('/api/notifications/test', { method: 'POST', signal }),
    console: (signal) => call('/api/console', { signal }),
    snapshots: (signal) => call('/api/snapshots', { signal }),
    snapshot: (id, signal) => call(`/api/snapshots/${encodeURIComponent(id)}`, { signal }),
    deleteSnapshot: (id, signal) => call(`/api/snapshots/${encodeURIComponent(id)}/delete`, { method: 'POST', signal }),
    exportPlan: (id, query, signal) => call(`/api/snapshots/${encodeURIComponent(id)}/export/plan`, { query, signal }),
    importPlan: (query, signal) => call('/api/snapshots/import/plan', { query, signal }),
    exportSnapshot: (id, body, signal) =>
      call(`/api/snapshots/${encodeURIComponent(id)}/export`, { method: 'POST', body, signal }),
    importSnapshot: (body, signal) => call('/api/snapshots/import', { method: 'POST', body, signal }),
    exportBundlePlan: (query, signal) =>
      call('/api/bundles/export/plan', { query, deadlineMs: LONG_DEADLINE_MS, signal }),
    importBundlePlan: (query, signal) => call('/api/bundles/import/plan', { query, signal }),
    mirrorPlan: (query, signal) => call('/api/mirror/plan', { query, deadlineMs: LONG_DEADLINE_MS, signal }),
    exportBundle: (body, signal) => call('/api/bundles/export', { method: 'POST', body, signal }),
    importBundle: (body, signal) => call('/api/bundles/import', { method: 'POST', body, signal }),
    mirror: (body, signal) => call('/api/mirror', { method: 'POST', body, signal }),
    job: (id, signal) => call(`/api/jobs/${encodeURIComponent(id)}`, { signal }),
    abortJob: (id, signal) =>
      call(`/api/jobs/${encodeURIComponent(id)}/abort`, { method: 'POST', deadlineMs: LONG_DEADLINE_MS, signal }),
    restorePlan: (query, signal) => call('/api/restore/plan', { query, deadlineMs: LONG_DEADLINE_MS, signal }),
    movePlan: (query, signal) => call('/api/move/plan', { query: { ...query }, deadlineMs: LONG_DEADLINE_MS, signal }),
    move: (body, signal) => call('/api/cluster/move', { method: 'POST', body, deadlineMs: LONG_DEADLINE_MS, signal }),
    engineUpdatePlan: (query, signal) =>
      call('/api/engines/plan', { query: { ...query }, deadlineMs: LONG_DEADLINE_MS, signal }),
    updateEngines: (body, signal) =>
      call('/api/cluster/update-engines', { method: 'POST', body, deadlineMs: LONG_DEADLINE_MS, signal }),
    serviceEngines: (signal) => call('/api/serviceengines', { signal }),
    scalingPlan: (query, signal) =>
      call('/api/serviceengines/scale-plan', { query: { ...query }, deadlineMs: LONG_DEADLINE_MS, signal }),
    scaleServiceEngines: (body, signal) =>
      call('/api/serviceengines/scale', { method: 'POST', body, deadlineMs: LONG_DEADLINE_MS, signal }),
    engineRemovalPlan: (name, signal) =>
      call('/api/serviceengines/removal-plan', { query: { name }, deadlineMs: LONG_DEADLINE_MS, signal }),
    removeServiceEngine: (name, signal) =>
      call('/api/serviceengines/remove', {
        method: 'POST',
        body: { name },
        deadlineMs: LONG_DEADLINE_MS,
        signal,
      }),
    orphanDeletion: (name, signal) => call('/api/serviceengines/orphaned', { query: { name }, signal }),
    deleteOrphans: (name, signal) =>
      call('/api/serviceengines/orphaned/delete', {
        method: 'POST',
        body: name === undefined ? {} : { name },
        deadlineMs: LONG_DEADLINE_MS,
        signal,
      }),
    resumePlan: (signal) => call('/api/serviceengines/resume-plan', { deadlineMs: LONG_DEADLINE_MS, signal }),
    resume: (signal) => call('/api/cluster/resume', { method: 'POST', deadlineMs: LONG_DEADLINE_MS, signal }),
    restore: (body, signal) =>
      call('/api/cluster/restore', { method: 'POST', body, deadlineMs: LONG_DEADLINE_MS, signal }),
  };
}

const systemCode = (thrown: unknown): string | undefined => (thrown as NodeJS.ErrnoException | null)?.code;
const isNotThere = (thrown: unknown): boolean => ['ENOENT', 'ECONNREFUSED'].includes(systemCode(thrown) ?? '');
const isCutOff = (thrown: unknown): boolean => ['ECONNRESET', 'EPIPE'].includes(systemCode(thrown) ?? '');

function explain(thrown: unknown, why: { interrupted: boolean; late: boolean; deadlineMs: number }): BelayError {
  if (thrown instanceof BelayError) return thrown;
  if (why.interrupted) return new BelayError('interrupted', 'Interrupted.', { cause: thrown });
  if (why.late) {
    return new BelayError('no-daemon', `The Belay daemon did not answer within ${why.deadlineMs / 1000} s.`, {
      hint: 'Try again; what was asked for may still go on: show upgrade status.',
      cause: thrown,
    });
  }
  if (isNotThere(thrown)) {
    return new BelayError('no-daemon', 'No Belay daemon answers.', {
      hint: 'Start one with: belay daemon',
      cause: thrown,
    });
  }
  if (systemCode(thrown) === 'EACCES') {
    return new BelayError('no-daemon', 'You may not talk to the Belay daemon.', {
      hint: 'Its socket belongs to another user: run belay as that user, or as root.',
      cause: thrown,
    });
  }
  if (isCutOff(thrown)) {
    return new BelayError('no-daemon', 'The Belay daemon went away before it had answered.', {
      hint: 'It recovers by itself when it starts again: show upgrade status.',
      cause: thrown,
    });
  }
  return toBelayError(thrown);
}
