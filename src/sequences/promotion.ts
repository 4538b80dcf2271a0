import type { Sequence } from '../domain/step.ts';
import { upgrade } from './upgrade.ts';

/**
 * An earlier release's version and configuration on a clone of today's data: the runbook of an upgrade, with another
 * candidate and the same way back.
 */
export const promotion: Sequence = { ...upgrade, kind: 'promotion' };
