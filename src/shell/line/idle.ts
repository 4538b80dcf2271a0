import { formatCount } from '../format.ts';
import type { TerminalSettings } from '../terminal-settings.ts';
import type { Terminal } from './terminal.ts';

const LOOK_MS = 1000;

/** Ends the input of a session in which nothing was typed for too long. Returns the way to stop watching. */
export function endWhenIdle(terminal: Terminal, settings: TerminalSettings, say: (line: string) => void): () => void {
  const timer = setInterval(() => {
    const { idleMinutes } = settings;
    if (idleMinutes === 0 || !terminal.isWaitingForKeys || terminal.idleMs < idleMinutes * 60_000) return;
    clearInterval(timer);
    say(`No key for ${formatCount(idleMinutes, 'minute')}: this session ends. Operations go on.`);
    terminal.hangUp();
  }, LOOK_MS);
  timer.unref();
  return () => clearInterval(timer);
}
