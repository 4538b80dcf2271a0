import { command } from '../command.ts';
import { formatCount } from '../format.ts';
import { fields } from '../views/fields.ts';

export const showTerminal = command({
  words: ['show', 'terminal'],
  summary: 'What is set for this session',
  about: 'Page length, width, messages of other sessions, and the idle timeout.',
  effect: 'looks',
  examples: ['show terminal'],
  parameters: [],
  async run(_values, { settings, output, answer }) {
    return answer({ ...settings }, ({ length, width, monitor, idleMinutes }) =>
      fields(
        [
          { name: 'Length', value: lengthOf(length) },
          { name: 'Width', value: width === null ? 'the screen' : formatCount(width, 'column') },
          { name: 'Monitor', value: monitor ? 'on' : 'off' },
          { name: 'Idle timeout', value: idleMinutes === 0 ? 'never' : formatCount(idleMinutes, 'minute') },
        ],
        output.width,
        output.paint,
      ),
    );
  },
});

function lengthOf(length: number | null): string {
  if (length === null) return 'the screen';
  return length === 0 ? 'never stops' : formatCount(length, 'line');
}
