const UNIT_MS: Record<string, number> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** What people are told where a text is no duration. */
export const DURATION_HINT = 'A duration is written like 90s, 10m or 1h30m.';

/**
 * Reads `500ms`, `90s`, `10m`, `1h30m`, `2d`, in milliseconds: whole numbers with their units, each unit once and the
 * larger one first. Null where the text is anything else, a number without a unit included.
 */
export function parseDuration(text: string): number | null {
  const parts = /^(\d{1,9}d)?(\d{1,9}h)?(\d{1,9}m)?(\d{1,9}s)?(\d{1,9}ms)?$/.exec(text.trim().toLowerCase());
  const written = parts?.slice(1).filter((part) => part !== undefined) ?? [];
  if (written.length === 0) return null;
  return written.reduce((sum, part) => sum + Number.parseInt(part, 10) * (UNIT_MS[part.replace(/\d+/, '')] ?? 0), 0);
}

/** `10 min`, `1 h 30 min`, `90 s`, `0.5 s`: as a sentence says it. */
export function writeDuration(durationMs: number): string {
  const seconds = Math.round(durationMs / 1_000);
  if (durationMs < 1_000) return `${durationMs / 1_000} s`;
  if (seconds < 120 && seconds % 60 !== 0) return `${seconds} s`;
  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const parts = [hours > 0 ? `${hours} h` : '', minutes > 0 ? `${minutes} min` : '', rest > 0 ? `${rest} s` : ''];
  return parts.filter((part) => part !== '').join(' ');
}

const two = (number: number): string => String(number).padStart(2, '0');

/** What is left, as a clock shows it: `0:07`, `9:32`, `1:55:00`. Rounded up, so that 0:00 is the end. */
export function countdown(leftMs: number): string {
  const seconds = Math.max(0, Math.ceil(leftMs / 1_000));
  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}
