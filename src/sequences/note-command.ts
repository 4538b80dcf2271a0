import type { HookRun } from '../domain/hooks.ts';
import { redactText, secretsIn } from '../domain/redaction.ts';
import { knownSecrets } from '../domain/secrets.ts';
import type { ServiceSpec } from '../domain/service-spec.ts';
import type { StepContext } from '../domain/step.ts';

const KEPT_LINES = 40;
const LONGEST_LINE = 500;

/** A command of the vendor's that has ended, or was not let go on. */
export interface EndedCommand extends Pick<HookRun, 'hook' | 'version' | 'where' | 'exitCode'> {
  began: { at: Date; monotonicMs: number };
  output: string;
  /** Whose secrets it may have said, besides those in `environment`. */
  service: ServiceSpec;
  environment?: Readonly<Record<string, string>>;
}

/** Keeps what came of a command, with the last of what it said, without secrets. Returns that. */
export function noteCommand({ clock, facts, learn }: StepContext, ended: EndedCommand): HookRun {
  const { hook, version, where, exitCode, began, output, service, environment = {} } = ended;
  const secrets = [...knownSecrets(service), ...secretsIn({ ...environment })];
  const run: HookRun = {
    ...{ hook, version, where, exitCode },
    at: began.at.toISOString(),
    tookMs: Math.round(clock.monotonicMs() - began.monotonicMs),
    output: lastLines(redactText(output, secrets)),
  };
  learn({ hookRuns: [...(facts().hookRuns ?? []), run] });
  return run;
}

function lastLines(output: string): string[] {
  const lines = output.split(/\r?\n/).map((line) => line.trimEnd().slice(0, LONGEST_LINE));
  return lines.filter((line) => line !== '').slice(-KEPT_LINES);
}
