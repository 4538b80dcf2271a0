/** Words that any command takes, wherever they stand in the line. */
export interface Options {
  json: boolean;
  yaml: boolean;
  yes: boolean;
  noWait: boolean;
}

/** `needs` is the effect that a command must have to take it; null where every command does. */
export const optionHelp: readonly { word: string; help: string; needs: 'changes' | null }[] = [
  { word: '--json', help: 'Answer in JSON', needs: null },
  { word: '--yaml', help: 'Answer in YAML', needs: null },
  { word: '--yes', help: 'Do not ask', needs: 'changes' },
  { word: '--no-wait', help: 'Return as soon as the operation is accepted', needs: 'changes' },
];

/** How an answer is written. */
export type Format = 'text' | 'json' | 'yaml';

export const formatOf = ({ json, yaml }: Options): Format => (json ? 'json' : yaml ? 'yaml' : 'text');
