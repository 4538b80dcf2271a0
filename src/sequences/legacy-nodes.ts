import type { Release } from '../domain/release.ts';
import type { ServiceSpec } from '../domain/service-spec.ts';

/** The controller and its other nodes. */
export const controllerNodes = ({ services }: Release): ServiceSpec[] => [
  ...services.filter(({ role }) => role === 'controller'),
  ...services.filter(({ role }) => role === 'node'),
];
