import { command } from '../command.ts';
import { happeningLines, happenings, happeningsOf } from '../views/events.ts';

const OPERATIONS = 20;

export const showEvents = command({
  words: ['show', 'events'],
  summary: 'What has happened, step by step',
  about:
    'The beginning, each step and the end of the last twenty operations, oldest first. With follow it goes on until Ctrl-C.',
  effect: 'looks',
  examples: ['show events', 'show events follow', 'show events | include failed'],
  parameters: [{ name: 'follow', flag: true, help: 'Show what comes, until Ctrl-C' }],
  async run(values, { client, output, signal, nowMs, answer, stream }) {
    const screen = () => ({ width: output.width, nowMs: nowMs(), paint: output.paint });
    if (values.follow) {
      const coming = happenings(client.events(signal), () => new Date(nowMs()).toISOString());
      return stream(coming, (happening) => happeningLines(happening, screen()));
    }
    const operations = await client.upgradeHistory(OPERATIONS, signal);
    return answer(operations.reverse().flatMap(happeningsOf), (list) =>
      list.length === 0
        ? ['Nothing has happened yet.', 'Next: show versions']
        : list.flatMap((happening) => happeningLines(happening, screen())),
    );
  },
});
