import { createHash, randomBytes, randomInt } from 'node:crypto';

/** What the engine calls itself, and the host name of containers on the host's network. */
export const LAB_NAME = 'Belay lab';

export const newId = (): string => randomBytes(32).toString('hex');

export const digestOf = (content: string): string => `sha256:${createHash('sha256').update(content).digest('hex')}`;

const MOODS = ['brave', 'calm', 'clever', 'eager', 'gentle', 'happy', 'keen', 'lucid', 'modest', 'quirky', 'wise'];
const CLIMBERS = ['bonatti', 'destivelle', 'hargreaves', 'harlin', 'herzog', 'hill', 'mallory', 'messner', 'tabei'];

/** A name for a container that was given none. */
export const newName = (): string =>
  `${MOODS[randomInt(MOODS.length)]}_${CLIMBERS[randomInt(CLIMBERS.length)]}${randomInt(1000)}`;
