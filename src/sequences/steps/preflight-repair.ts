import { BelayError } from '../../domain/errors.ts';
import type { Step } from '../../domain/step.ts';
import { mustHaveItsData } from '../data-in-place.ts';
import { findInstance, isUp } from '../instances.ts';
import { startObstacles } from '../start-obstacles.ts';

/** The data must be there, and nothing in the way; what runs now goes on and has nothing to prove. */
export const preflightRepair: Step = {
  name: 'preflight',
  title: ({ to }) => `Check that ${to.version} has its data`,
  check: async () => false,

  async run(context) {
    const { to } = context;
    await mustHaveItsData(context, to);
    const [obstacle] = await startObstacles(context, to, to, to.services);
    if (obstacle) {
      throw new BelayError(obstacle.code, obstacle.message, obstacle.hint ? { hint: obstacle.hint } : {});
    }
    const leftRunning: string[] = [];
    for (const service of to.services) {
      if (isUp(await findInstance(context, to, service))) leftRunning.push(service.name);
    }
    context.learn({ leftRunning });
  },
};
