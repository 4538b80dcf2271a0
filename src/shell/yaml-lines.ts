import { stringify } from 'yaml';

/** Loaded only where YAML is asked for. A version such as 1.10 stays a string. */
export const yamlLines = (value: unknown): string[] => stringify(value, { lineWidth: 0 }).trimEnd().split('\n');
