import { DURATION_HINT, parseDuration, writeDuration } from './duration.ts';
import { BelayError } from './errors.ts';
import { DEFAULT_GATE, type GateRules } from './service-spec.ts';

const LIMIT = 'io.belay.gate.limit';

/**
 * What `io.belay.gate.deadline`, `io.belay.gate.limit`, `io.belay.gate.stable` (durations such as `500ms`, `10s`,
 * `1h30m`) and `io.belay.version-command` (a JSON array, or words) ask for; the default where a label is missing.
 * `invalid-input` with the label and its value where one cannot be read, or the limit is below the deadline.
 */
export function gateFromLabels(labels: Readonly<Record<string, string>>): GateRules {
  const deadlineMs = duration(labels, 'io.belay.gate.deadline') ?? DEFAULT_GATE.deadlineMs;
  const limitMs = duration(labels, LIMIT) ?? Math.max(deadlineMs, DEFAULT_GATE.limitMs);
  if (limitMs < deadlineMs) {
    throw unreadable(LIMIT, labels[LIMIT] ?? '', `The deadline is ${writeDuration(deadlineMs)}: the limit is no less.`);
  }
  return {
    deadlineMs,
    limitMs,
    stableMs: duration(labels, 'io.belay.gate.stable') ?? DEFAULT_GATE.stableMs,
    versionCommand: command(labels, 'io.belay.version-command') ?? DEFAULT_GATE.versionCommand,
  };
}

function duration(labels: Readonly<Record<string, string>>, label: string): number | null {
  const value = labels[label];
  if (value === undefined) return null;
  const durationMs = parseDuration(value);
  if (durationMs === null) throw unreadable(label, value, DURATION_HINT);
  return durationMs;
}

function command(labels: Readonly<Record<string, string>>, label: string): string[] | null {
  const value = labels[label]?.trim();
  if (value === undefined) return null;
  const words = value.startsWith('[') ? jsonWords(value) : value.split(/ +/);
  if (!words?.[0]) throw unreadable(label, value, 'A command is written like ["acme","--version"] or acme --version.');
  return words;
}

function jsonWords(value: string): string[] | null {
  try {
    const words: unknown = JSON.parse(value);
    return Array.isArray(words) && words.every((word) => typeof word === 'string') ? words : null;
  } catch {
    return null;
  }
}

function unreadable(label: string, value: string, hint: string): BelayError {
  return new BelayError('invalid-input', `The label ${label} has the value '${value}', which cannot be used.`, {
    hint,
  });
}
