export const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Polls until it is so; throws what was waited for where it does not come. */
export async function until(what: string, isSo: () => Promise<boolean> | boolean, timeoutMs = 60_000): Promise<void> {
  for (const deadline = Date.now() + timeoutMs; Date.now() < deadline; await pause(10)) {
    if (await isSo()) return;
  }
  throw new Error(`within ${timeoutMs / 1_000} s it was not so that ${what}`);
}
