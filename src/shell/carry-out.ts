import type { OperationView } from '../api/contract/operation-views.ts';
import type { Context } from './context.ts';
import { type ExitCode, exitCode } from './failure.ts';
import { requireNoObstacle } from './obstacles.ts';

interface Screen {
  width: number;
  nowMs: number;
  paint: Context['output']['paint'];
}

type Obstructed = Parameters<typeof requireNoObstacle>[0];

interface Wish<Plan extends Obstructed> {
  /** Asked for unless nobody is to be asked. */
  plan(): Promise<Plan>;
  lines(plan: Plan, screen: Screen): string[];
  begin(): Promise<OperationView>;
}

/** Shows what an operation would do, asks, begins it, and shows it until it has ended. */
export async function carryOut<Plan extends Obstructed>(context: Context, wish: Wish<Plan>): Promise<ExitCode> {
  const isWanted = await agreed(context, async (screen) => {
    const plan = await wish.plan();
    requireNoObstacle(plan);
    return wish.lines(plan, screen);
  });
  return isWanted ? watchOrLeave(context, await wish.begin()) : exitCode.refused;
}

/** Asks once it is known that it can be done, and what it is; where nobody is to be asked, nothing is looked up. */
export async function agreed(
  { options, output, nowMs, confirm }: Context,
  plan: (screen: Screen) => Promise<string[]>,
): Promise<boolean> {
  return options.yes || confirm(await plan({ width: output.width, nowMs: nowMs(), paint: output.paint }));
}

/** Shows an operation until it has ended; where nobody is to wait, says how to see it. */
export async function watchOrLeave(
  { options, follow, answer }: Pick<Context, 'options' | 'follow' | 'answer'>,
  operation: OperationView,
): Promise<ExitCode> {
  if (!options.noWait) return follow(operation);
  return answer(operation, () => [`Accepted as ${operation.id}. To watch it: show upgrade status watch`]);
}
