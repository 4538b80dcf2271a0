const PATIENCE_MS = 300;

/** Says that the daemon is being started, where that takes long enough to be wondered about. */
export function announced(connect: () => Promise<string>, say: (line: string) => void): () => Promise<string> {
  return async () => {
    const timer = setTimeout(() => say('Starting the Belay daemon…'), PATIENCE_MS);
    try {
      return await connect();
    } finally {
      clearTimeout(timer);
    }
  };
}
