import { command } from '../command.ts';
import { count } from '../count-kind.ts';
import { service } from '../kinds.ts';
import { logLine } from '../views/log.ts';

const LINES = 200;
const FOLLOWED_LINES = 20;

export const showLog = command({
  words: ['show', 'log'],
  summary: 'What the containers say',
  about:
    'The last 200 lines of the log of what runs: of one service, or of all. With follow it shows what comes until ' +
    'Ctrl-C. The log of a version that failed is in show upgrade status.',
  effect: 'looks',
  examples: ['show log', 'show log server lines 50', 'show log follow', 'show log | include error'],
  parameters: [
    { name: 'service', kind: service, help: 'Only this service', optional: true },
    {
      name: 'lines',
      kind: count,
      help: 'How many of the last lines',
      optional: true,
      after: { word: 'lines', help: 'More or fewer lines' },
    },
    { name: 'follow', flag: true, help: 'Show what comes, until Ctrl-C' },
  ],
  async run(values, { client, output, signal, nowMs, answer, stream }) {
    const { paint } = output;
    const lines = Number(values.lines ?? (values.follow ? FOLLOWED_LINES : LINES));
    const wanted = { service: values.service, lines };
    if (values.follow) {
      const several = values.service === undefined && (await client.system(signal)).services.length > 1;
      return stream(client.followLog(wanted, signal), (line) => [logLine(line, { nowMs: nowMs(), paint, several })]);
    }
    return answer(
      await client.log(wanted, signal),
      (said) => {
        if (said.length === 0) return ['The log is empty.'];
        const several = new Set(said.map((line) => line.service)).size > 1;
        return said.map((line) => logLine(line, { nowMs: nowMs(), paint, several }));
      },
      () => [{ purpose: 'To see what comes', line: 'show log follow' }],
    );
  },
});
