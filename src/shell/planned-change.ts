import type { OperationView } from '../api/contract/views.ts';
import type { Context } from './context.ts';
import { type ExitCode, exitCode } from './failure.ts';
import { requireNoObstacle } from './obstacles.ts';

interface Screen {
  width: number;
  nowMs: number;
  paint: Context['output']['paint'];
}

interface PlannedChange<Plan> {
  /** Asked for unless nobody is to be asked. */
  plan(): Promise<Plan>;
  obstaclesOf(plan: Plan): Parameters<typeof requireNoObstacle>[0];
  lines(plan: Plan, screen: Screen): string[];
  begin(): Promise<OperationView>;
}

/** Shows what a change would be, asks, begins it, and shows it until it has ended. */
export async function carryOut<Plan>(context: Context, change: PlannedChange<Plan>): Promise<ExitCode> {
  const { output, options, nowMs, confirm, follow, answer } = context;
  if (!options.yes) {
    const plan = await change.plan();
    requireNoObstacle(change.obstaclesOf(plan));
    const screen = { width: output.width, nowMs: nowMs(), paint: output.paint };
    if (!(await confirm(change.lines(plan, screen)))) return exitCode.refused;
  }
  const operation = await change.begin();
  if (!options.noWait) return follow(operation);
  return answer(operation, () => [`Accepted as ${operation.id}. To watch it: show upgrade status watch`]);
}
