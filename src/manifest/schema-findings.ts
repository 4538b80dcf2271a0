import type { z } from 'zod';
import { nearestName } from './nearest.ts';
import { type Finding, type Path, spelt } from './problem.ts';
import type { Plain } from './yaml-source.ts';

/** Keys of the Compose file format that Belay knows and does not take, and why. */
const REFUSED_KEYS: Readonly<Record<string, string>> = {
  build: 'Belay runs images and builds none; name the image instead',
  profiles: 'a service of an appliance always runs',
  secrets: 'mount the file with volumes instead',
  configs: 'mount the file with volumes instead',
  extends: 'write the keys here, or take them over with <<',
  include: 'an appliance is described by one file',
  links: 'services on one network reach each other by name',
  external_links: 'services on one network reach each other by name',
  volumes_from: 'name the volume in both services instead',
  replicas: 'a service has one instance',
  scale: 'a service has one instance',
  mode: 'a service has one instance',
  restart_policy: 'use restart instead',
  update_config: 'Belay has its own way of upgrading',
  rollback_config: 'Belay has its own way of going back',
  placement: 'there is one host',
  pull_policy: 'Belay pins each image by its digest',
  develop: 'Belay runs finished images',
  lifecycle: 'it is not supported',
  oom_kill_disable: 'it is not supported',
};

const TYPES: Record<string, string> = { object: 'a map', record: 'a map', array: 'a list', string: 'text' };

/** The sentences for what zod finds. Given to the parse itself, because only there is the input still known. */
export function sentenceOf(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code === 'unrecognized_keys') return Object.keys(shapeOf(issue.inst)).join(' ');
  if (issue.code !== 'invalid_type') return undefined;
  if (issue.input === undefined) return '';
  if (issue.input === null) return 'there is nothing here; give it a value or leave the key out.';
  return `this has to be ${TYPES[issue.expected] ?? issue.expected}.`;
}

const shapeOf = (schema: unknown): object =>
  (schema as { _zod?: { def?: { shape?: object } } } | undefined)?._zod?.def?.shape ?? {};

/** What is wrong, one finding for each thing, with the nearest known key for one that was misspelt. */
export function findingsOf(issues: readonly z.core.$ZodIssue[], input: Plain, base: Path = []): Finding[] {
  return issues.flatMap((issue): Finding[] => {
    const path = [...base, ...(issue.path as Path)];
    if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey(path, key, issue.message));
    if (issue.code === 'invalid_union') return unionFindings(issue, input, path);
    if (issue.code === 'invalid_type' && issue.message === '') {
      const around = path.slice(0, -1);
      const where = around.length === 0 ? '' : `${spelt(around)}: `;
      return [{ path: around, at: 'key', message: `${where}${String(path.at(-1))} is missing.` }];
    }
    return [
      { path, at: 'value', message: path.length === 0 ? sentence(issue.message) : `${spelt(path)}: ${issue.message}` },
    ];
  });
}

const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

function unknownKey(around: Path, key: string, known: string): Finding {
  const path = [...around, key];
  const why = REFUSED_KEYS[key];
  const near = nearestName(key, known.split(' '));
  const end = why
    ? `this key is not supported: ${why}.`
    : near
      ? `there is no such key. Did you mean ${near}?`
      : 'there is no such key.';
  return { path, at: 'key', message: `${spelt(path)}: ${end}` };
}

type UnionIssue = Extract<z.core.$ZodIssue, { code: 'invalid_union' }>;

/** Of several forms only the one that was meant is of interest: the one whose type is right. */
function unionFindings(issue: UnionIssue, input: Plain, path: Path): Finding[] {
  const branches = issue.errors as readonly z.core.$ZodIssue[][];
  const isType = (each: z.core.$ZodIssue) => each.code === 'invalid_type' && each.path.length === 0;
  const meant = branches.filter((branch) => !branch.some(isType));
  const [branch] = meant.sort((a, b) => a.length - b.length);
  if (branch) return findingsOf(branch, input, path);
  const types = branches.flatMap((each) => each.filter(isType).map(({ message }) => message));
  const nothing = types.find((message) => message.startsWith('there is nothing'));
  const wanted = [...new Set(types.map((message) => message.replace(/^this has to be |\.$/g, '')))];
  return [{ path, at: 'value', message: `${spelt(path)}: ${nothing ?? `this has to be ${wanted.join(' or ')}.`}` }];
}
