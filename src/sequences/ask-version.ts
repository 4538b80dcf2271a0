import type { Instance } from '../domain/ports/container-host.ts';
import type { ServiceSpec } from '../domain/service-spec.ts';
import type { StepContext } from '../domain/step.ts';

const ANSWER_WITHIN_MS = 30_000;

/** What the version command of a service says in its container; null where it has none. Its last code is told beside. */
export async function askVersion(
  { host, signal }: Pick<StepContext, 'host' | 'signal'>,
  { gate }: ServiceSpec,
  { id }: Instance,
): Promise<{ output: string; exitCode: number; firstLine: string } | null> {
  if (!gate.versionCommand) return null;
  const { output, exitCode } = await host.exec(id, gate.versionCommand, ANSWER_WITHIN_MS, signal);
  return { output, exitCode, firstLine: output.trim().split('\n')[0] ?? '' };
}
