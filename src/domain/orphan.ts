import type { OperationId, ReleaseId } from './ids.ts';
import type { JsonObject } from './json.ts';

/**
 * A container of a service engine that joined after the release that was gone back to was left: it is off, and in none
 * of its networks, until it is deleted or one of its releases is active again.
 */
export interface Orphan {
  appliance: string;
  service: string;
  /** The latest that has the container. */
  release: ReleaseId;
  containerId: string;
  /** Endpoint settings by network name, as they were. */
  networks: Record<string, JsonObject>;
  /** The rollback that left it behind. */
  operation: OperationId;
  at: Date;
}
