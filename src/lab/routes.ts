import { containerRoutes } from './api/containers.ts';
import { execRoutes } from './api/exec.ts';
import { imageRoutes } from './api/images.ts';
import { logRoutes } from './api/logs.ts';
import { networkRoutes } from './api/networks.ts';
import { systemRoutes } from './api/system.ts';
import { volumeRoutes } from './api/volumes.ts';
import type { Engine } from './engine.ts';
import type { Execs } from './execs.ts';
import type { Route } from './router.ts';

/** Every call of the engine's API that the lab answers. */
export const routesOf = (engine: Engine, execs: Execs): Route[] => [
  ...systemRoutes(engine),
  ...imageRoutes(engine),
  ...containerRoutes(engine),
  ...logRoutes(engine),
  ...execRoutes(execs),
  ...volumeRoutes(engine),
  ...networkRoutes(engine),
];
