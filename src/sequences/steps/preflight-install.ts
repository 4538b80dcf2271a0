import { BelayError } from '../../domain/errors.ts';
import type { Step } from '../../domain/step.ts';
import { installObstacles } from '../install-obstacles.ts';

/** Names, networks, volumes and directories may have been taken or removed since the plan was made. */
export const preflightInstall: Step = {
  name: 'preflight',
  title: ({ to }) => `Check that ${to.version} can be installed`,
  check: async () => false,

  async run(context) {
    await context.host.describe(context.signal);
    const { volumes = [], networks = [] } = context.facts().install ?? {};
    const [obstacle] = await installObstacles(context, context.to.services, { volumes, networks });
    if (!obstacle) return;
    throw new BelayError(obstacle.code, obstacle.message, obstacle.hint ? { hint: obstacle.hint } : {});
  },
};
