import { countdown, DURATION_HINT, parseDuration } from '../../domain/duration.ts';

/** Why a text is no duration as the API takes it (`90s`, `10m`, `1h30m`), in one sentence; null where it is one. */
export const durationProblem = (text: string): string | null => (parseDuration(text) ? null : DURATION_HINT);

/** What is left until a time that comes, as a clock shows it: `9:32`, `1:55:00`. */
export const countdownText = (leftMs: number): string => countdown(leftMs);
