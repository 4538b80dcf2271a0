import { command } from '../command.ts';
import { consoleLines } from '../views/console.ts';

export const showConsole = command({
  words: ['show', 'console'],
  summary: 'The web page of this system: whether it is on, where, and how to turn it on',
  about:
    'Nothing listens on TCP unless the daemon is started with BELAY_LISTEN. On the page one can do what upgrade, rollback ' +
    'and confirm do. Whoever has the token may do everything; what it is, is said in its file only.',
  effect: 'looks',
  examples: ['show console', 'show console --json'],
  parameters: [],
  async run(_values, { client, output, signal, answer }) {
    const screen = { width: output.width, paint: output.paint };
    return answer(await client.console(signal), (view) => consoleLines(view, screen));
  },
});
