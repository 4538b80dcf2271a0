const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const;

/** `0 B`, `12 KiB`, `1.2 GiB`: one decimal where it says something. */
export function formatBytes(sizeBytes: number): string {
  let value = sizeBytes;
  let unit = 0;
  while (value >= 1023.5 && unit < UNITS.length - 1) {
    value /= 1024;
    unit++;
  }
  const digits = unit === 0 || value >= 99.5 || Number.isInteger(value) ? 0 : 1;
  return `${value.toFixed(digits)} ${UNITS[unit]}`;
}

/** `0.2 s`, `12 s`, `2 min 5 s`, `3 h 12 min`. */
export function formatDuration(durationMs: number): string {
  const ms = Math.max(0, durationMs);
  if (ms < 9950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return seconds % 60 === 0 ? `${minutes} min` : `${minutes} min ${seconds % 60} s`;
  const hours = Math.floor(minutes / 60);
  return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
}

/** A forecast, without false precision: `under a second`, `about 3 s`, `about 4 min`. */
export function formatForecast(durationMs: number): string {
  if (durationMs < 1000) return 'under a second';
  const seconds = Math.round(durationMs / 1000);
  return seconds < 120 ? `about ${seconds} s` : `about ${formatDuration(Math.round(seconds / 60) * 60_000)}`;
}

const AGES: readonly (readonly [string, number])[] = [
  ['year', 365 * 86400],
  ['month', 30 * 86400],
  ['week', 7 * 86400],
  ['day', 86400],
  ['hour', 3600],
  ['minute', 60],
];

/** `just now`, `2 minutes ago`, `3 weeks ago`; a time ahead of the clock is `just now` too. */
export function formatAge(iso: string, nowMs: number): string {
  const seconds = Math.floor((nowMs - Date.parse(iso)) / 1000);
  const age = AGES.find(([, length]) => seconds >= length);
  if (age === undefined) return seconds >= 10 ? `${seconds} seconds ago` : 'just now';
  const count = Math.floor(seconds / age[1]);
  return `${count} ${age[0]}${count === 1 ? '' : 's'} ago`;
}

const two = (number: number): string => String(number).padStart(2, '0');

/** `20:14:07`, in the local time zone. */
function formatClock(iso: string): string {
  const date = new Date(iso);
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

/** `2026-11-21 20:14:07`, in the local time zone. */
export function formatDate(iso: string): string {
  const date = new Date(iso);
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${formatClock(iso)}`;
}

/** The clock alone for a time of today, with the date for any other. */
export function formatMoment(iso: string, nowMs: number): string {
  return new Date(iso).toDateString() === new Date(nowMs).toDateString() ? formatClock(iso) : formatDate(iso);
}

/** `1 file`, `214 files`, `10,000 files`. */
export function formatCount(count: number, noun: string): string {
  return `${count.toLocaleString('en-US')} ${noun}${count === 1 ? '' : 's'}`;
}

/** `agent-1, agent-2`; of more than so many the first, and how many more there are. */
export function formatNames(names: readonly string[], atMost = 32): string {
  const first = names.slice(0, atMost);
  return names.length > first.length ? `${first.join(', ')} and ${names.length - first.length} more` : first.join(', ');
}
