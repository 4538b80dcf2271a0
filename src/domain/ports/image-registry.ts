/** A registry as its HTTP API shows it: the list of tags, which no engine call answers. */
export interface ImageRegistry {
  /**
   * Every tag of a repository such as `registry:5000/acme/server`. `registry-unreachable` when
   * nothing answers within the deadline, `not-found` where the registry has no such repository.
   */
  tags(repository: string, signal?: AbortSignal): Promise<string[]>;
}
