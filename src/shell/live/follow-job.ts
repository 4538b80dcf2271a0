import type { JobView } from '../../api/contract/snapshot-views.ts';
import type { Context } from '../context.ts';
import { type ExitCode, exitCode, toFailure } from '../failure.ts';
import { formatBytes } from '../format.ts';
import { formatOf } from '../options.ts';
import { cut, wrap } from '../width.ts';
import { pause } from './pause.ts';

const POLL_MS = 200;
/** Off a terminal a line now and then; on one the line is written over. */
const PLAIN_EVERY_MS = 5_000;
const LINE_ABOVE_ANEW = '\x1b[1A\x1b[2K';

const VERBS: Record<JobView['kind'], string> = {
  archive: 'Archiving',
  export: 'Exporting',
  import: 'Reading and checking',
  delete: 'Deleting',
  'delete-release': 'Removing containers',
  'delete-engines': 'Removing service engines',
  'export-bundle': 'Fetching',
  'import-bundle': 'Bringing in',
  mirror: 'Copying',
};

/** Shows work on snapshots or images until it has ended. Ctrl-C stops the work itself. */
export async function followJob(context: Context, accepted: JobView): Promise<ExitCode> {
  const { client, output, options, signal } = context;
  const isText = formatOf(options) === 'text';
  if (options.noWait) return context.answer(accepted, () => [`Accepted as ${accepted.id}.`]);
  let job = accepted;
  let shown = 0;
  let lastMs = context.nowMs();
  while (job.state === 'running') {
    await pause(POLL_MS, signal);
    if (signal.aborted) {
      // Not with the signal that has just been aborted.
      const stopped = await client.abortJob(job.id);
      output.errors([stopped.state === 'done' ? (stopped.message ?? '') : `Stopped: ${leftOf(job)}`]);
      return exitCode.interrupted;
    }
    job = await client.job(job.id, signal).catch(untold);
    const isDue = output.isTerminal || context.nowMs() - lastMs > PLAIN_EVERY_MS;
    if (!isText || job.state !== 'running' || job.doneBytes === null || !isDue) continue;
    lastMs = context.nowMs();
    output.lines([(shown > 0 && output.isTerminal ? LINE_ABOVE_ANEW : '') + cut(progressOf(job), output.width - 1)]);
    shown++;
  }
  if (job.state === 'failed') {
    throw Object.assign(new Error(job.message ?? 'It failed.'), { code: 'refused', hint: job.hint });
  }
  return context.answer(job, ({ message, hint }) => [
    ...wrap(message ?? '', output.width).map(output.paint.good),
    ...(hint === null ? [] : wrap(hint, output.width)),
  ]);
}

/** An operation goes on with the next daemon; a job is cleared away by it. */
function untold(thrown: unknown): never {
  if (toFailure(thrown).code !== 'no-daemon') throw thrown;
  const hint = 'What it had begun is cleared away when it starts again: type the command again.';
  throw Object.assign(new Error('The Belay daemon went away before the work was done.'), { code: 'no-daemon', hint });
}

function leftOf({ kind }: JobView): string {
  if (kind === 'import-bundle') return 'nothing has been changed.';
  return kind === 'export-bundle' || kind === 'mirror'
    ? 'what has come is kept, and the same command goes on from there.'
    : 'nothing is left of it.';
}

function progressOf({ kind, doneBytes, totalBytes, detail }: JobView): string {
  const of = totalBytes === null ? '' : ` of ${formatBytes(totalBytes)}`;
  return `${VERBS[kind]}: ${formatBytes(doneBytes ?? 0)}${of}, ${detail ?? ''}`;
}
