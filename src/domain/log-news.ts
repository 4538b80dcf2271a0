const MAX_REMEMBERED = 2_000;

/** What differs from one time that a line is said to the next without meaning anything. */
const MEANINGLESS: readonly RegExp[] = [
  /\b\d{1,3}(\.\d{1,3}){3}(:\d+)?\b/g, // 127.0.0.1:41234
  /\d{4}[-/]\d{1,2}[-/]\d{1,2}([T ]\d|\b)/g, // 2026-11-21
  /\b\d{1,2}\/[A-Z][a-z]{2}\/\d{4}:/g, // 21/Nov/2026:
  /\d{1,2}:\d{2}(:\d{2})?([.,]\d+)?(Z|[+-]\d{2}:?\d{2})?/g, // 10:04:59.123Z
  /\b\d+(\.\d+)?\s?(ns|us|µs|ms|s|sec|seconds)\b/g, // 12 ms
  /\b0x[0-9a-f]+\b|\b(?=[a-f0-9-]*\d)(?=[a-f0-9-]*[a-f])[a-f0-9-]{8,}\b/gi, // addresses, request ids
  /\b\d{10,}\b/g, // seconds since 1970
];

/**
 * Whether the last lines of a log say something that they have not said before; what they say is added to `said`. A
 * server that answers health checks, or complains of the same thing for ever, writes lines without getting anywhere:
 * times, durations, addresses and ids make no line a new one. Counts and names do.
 */
export function saysNews(lines: readonly string[], said: Set<string>): boolean {
  let isNews = false;
  for (const line of lines) {
    const meaning = MEANINGLESS.reduce((text, pattern) => text.replace(pattern, '#'), line.slice(0, 500));
    if (said.has(meaning)) continue;
    isNews = true;
    said.add(meaning);
  }
  for (const oldest of said) {
    if (said.size <= MAX_REMEMBERED) break;
    said.delete(oldest);
  }
  return isNews;
}
