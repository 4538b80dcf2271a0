import { BelayError } from './errors.ts';
import { DEFAULT_GATE, type GateRules } from './service-spec.ts';

const UNIT_MS: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/**
 * What `io.belay.gate.deadline`, `io.belay.gate.stable` (durations such as `500ms`, `10s`, `5m`) and
 * `io.belay.version-command` (a JSON array, or words) ask for; the default where a label is missing.
 * `invalid-input` with the label and its value where one cannot be read.
 */
export function gateFromLabels(labels: Readonly<Record<string, string>>): GateRules {
  return {
    deadlineMs: duration(labels, 'io.belay.gate.deadline') ?? DEFAULT_GATE.deadlineMs,
    stableMs: duration(labels, 'io.belay.gate.stable') ?? DEFAULT_GATE.stableMs,
    versionCommand: command(labels, 'io.belay.version-command') ?? DEFAULT_GATE.versionCommand,
  };
}

function duration(labels: Readonly<Record<string, string>>, label: string): number | null {
  const value = labels[label];
  if (value === undefined) return null;
  const parts = /^(\d{1,9})(ms|s|m|h)$/.exec(value.trim());
  const unitMs = UNIT_MS[parts?.[2] ?? ''];
  if (!parts || unitMs === undefined) throw unreadable(label, value, 'A duration is written like 500ms, 10s or 5m.');
  return Number(parts[1]) * unitMs;
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
  return new BelayError('invalid-input', `The label ${label} has the value '${value}', which cannot be read.`, {
    hint,
  });
}
