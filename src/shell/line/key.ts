import { ESCAPE } from './keys.ts';

/** A key as readline reports it. */
export interface Key {
  name?: string;
  ctrl?: boolean;
  shift?: boolean;
  meta?: boolean;
  sequence?: string;
}

export const isEnter = ({ name }: Key): boolean => name === 'return' || name === 'enter';

export const isEscape = ({ name, sequence }: Key): boolean => name === 'escape' || sequence === ESCAPE;

/** What a key does to a search through the history. */
export function searchKeyOf({ name = '', ctrl, meta, sequence = '' }: Key): 'older' | 'edits' | 'drops' | 'takes' {
  if (ctrl && name === 'r') return 'older';
  if (ctrl && name === 'g') return 'drops';
  if (name === 'backspace' || (ctrl && ['u', 'w', 'h'].includes(name))) return 'edits';
  return sequence !== '' && !/^[\x00-\x1f]/.test(sequence) && !meta ? 'edits' : 'takes';
}
