import type { CliChangeAcceptedView, CliReleasesView } from '../../api/contract/cli-releases.ts';
import { command } from '../command.ts';
import type { Context } from '../context.ts';
import { type ExitCode, exitCode, ShellError } from '../failure.ts';
import { hostFile } from '../host-file.ts';
import { cliRelease, file } from '../kinds.ts';
import { pause } from '../live/pause.ts';
import { cliReleaseLines } from '../views/cli-releases.ts';
import { wrap } from '../width.ts';

const POLL_MS = 200;
const CHANGE_TIMEOUT_MS = 150_000;
const OTHERS = 'See which there are: show cli releases';
const UNTOUCHED = '  What it looks after is not touched, and goes on.';

export const showCliReleases = command({
  words: ['show', 'cli', 'releases'],
  summary: 'The releases of Belay itself on this host',
  about: 'Which are here, which one runs, and how it came to be so. They lie beside each other; none is ever changed.',
  effect: 'looks',
  examples: ['show cli releases'],
  parameters: [],
  async run(_values, { client, output, signal, nowMs, answer }) {
    const screen = { width: output.width, nowMs: nowMs(), paint: output.paint };
    return answer(
      await client.cliReleases(signal),
      (found) => cliReleaseLines(found, screen),
      ({ root, previous }) => {
        if (root === null) return [{ purpose: 'To have others beside it', line: 'install cli /opt/belay' }];
        return previous === null ? [] : [{ purpose: `Back to ${previous}`, line: 'rollback cli' }];
      },
    );
  },
});

export const updateCli = command({
  words: ['update', 'cli'],
  summary: 'Change Belay itself over to another release',
  about:
    'Brings the package here beside the others, every file held against its sum, and starts it on the real state while ' +
    'this release waits: only when it answers does it take over, between operations. Otherwise this one goes on. What ' +
    'Belay looks after is not touched. Without from, to a release that is here.',
  effect: 'changes',
  examples: ['update cli 0.2.0 from /media/usb/belay-0.2.0.tgz', 'update cli 0.2.0'],
  parameters: [
    { name: 'version', kind: cliRelease, help: 'The release of Belay' },
    {
      name: 'file',
      kind: file,
      help: 'The package, or the directory it was unpacked to',
      optional: true,
      after: { word: 'from', help: 'Bring it from a file' },
    },
  ],
  async run({ version, file: source }, context) {
    const from = source === undefined ? {} : { from: hostFile(source) };
    const where = source === undefined ? '' : `, from ${from.from}`;
    const found = await context.client.cliReleases(context.signal);
    mustBePossible(found, source === undefined ? version : null);
    const preview = `This changes Belay itself over from ${found.running} to ${version}${where}.`;
    if (!(await context.confirm([preview, UNTOUCHED]))) return exitCode.refused;
    return follow(context, await context.client.updateCli({ version, ...from }, context.signal));
  },
});

export const rollbackCli = command({
  words: ['rollback', 'cli'],
  summary: 'Change Belay itself back to the release that ran before',
  about:
    'The earlier release lies beside this one: nothing is fetched. Refused where it cannot read the journal any more. What ' +
    'Belay looks after is not touched. Without a version, to the one before.',
  effect: 'changes',
  examples: ['rollback cli', 'rollback cli 0.1.0'],
  parameters: [{ name: 'version', kind: cliRelease, help: 'The release of Belay', optional: true }],
  async run({ version }, context) {
    const found = await context.client.cliReleases(context.signal);
    const target = version ?? found.previous;
    mustBePossible(found, target);
    if (target === null) {
      throw new ShellError('not-found', 'There is no earlier release of Belay here to go back to.', OTHERS);
    }
    const preview = `This changes Belay itself back from ${found.running} to ${target}.`;
    if (!(await context.confirm([preview, UNTOUCHED]))) return exitCode.refused;
    const input = version === undefined ? {} : { version };
    return follow(context, await context.client.rollbackCli(input, context.signal));
  },
});

export const installCli = command({
  words: ['install', 'cli'],
  summary: 'Install Belay itself in a directory, from where it can be updated and rolled back',
  about:
    'From its unpacked package: copies this release to DIRECTORY/releases, and the daemon goes on from there. The command is ' +
    'DIRECTORY/current/dist/belay.js; the login shell DIRECTORY/current/bin/belay-login.',
  effect: 'changes',
  examples: ['install cli /opt/belay'],
  parameters: [{ name: 'directory', kind: file, help: 'Where, on the host of the daemon' }],
  async run(values, context) {
    const directory = hostFile(values.directory);
    if (!(await context.confirm([`This installs Belay in ${directory}.`]))) return exitCode.refused;
    return follow(context, await context.client.installCli({ directory }, context.signal));
  },
});

/** Says before it is asked what the daemon would refuse; null for a version that is only being brought. */
function mustBePossible({ root, running, releases }: CliReleasesView, version: string | null): void {
  if (root === null) {
    const install = 'From its unpacked package, install it: install cli /opt/belay';
    throw new ShellError('refused', 'This Belay was not installed: it has no other releases beside it.', install);
  }
  if (version === null) return;
  const found = releases.find((each) => each.version === version);
  if (!found) {
    const bring = `Bring its package: update cli ${version} from FILE. What is here: show cli releases`;
    throw new ShellError('not-found', `Belay ${version} is not installed here.`, bring);
  }
  if (found.isCurrent && running === version) throw new ShellError('refused', `Belay ${version} runs already.`, OTHERS);
  if (found.problem !== null) throw new ShellError('refused', found.problem, OTHERS);
}

/** Waits until the daemon is the other release, or this one again. */
async function follow(context: Context, accepted: CliChangeAcceptedView): Promise<ExitCode> {
  const { client, signal, output, options } = context;
  if (options.noWait) return context.answer(accepted, () => [`The daemon changes over to ${accepted.to}.`]);
  const dueMs = context.nowMs() + CHANGE_TIMEOUT_MS;
  while (context.nowMs() < dueMs) {
    await pause(POLL_MS, signal);
    signal.throwIfAborted();
    // While it changes over nobody answers for a moment.
    const found = await client.cliReleases(signal).catch(() => null);
    const change = found?.changes.find(({ at }) => at === accepted.at);
    if (!change || change.outcome === 'begun') continue;
    if (change.outcome === 'went-back') {
      throw Object.assign(new Error(`Belay ${change.to} did not come up: ${change.reason}.`), {
        code: 'failed',
        hint: `${found?.running} goes on, with everything as it was.`,
      });
    }
    return context.answer(change, ({ to }) => [
      output.paint.good(`Belay is ${to} now.`),
      ...wrap('This session goes on as it is. For the other release leave it, and log in again: exit', output.width),
    ]);
  }
  throw new ShellError('interrupted', 'The daemon has not changed over yet.', 'See how it ends: show cli releases');
}
