export const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Polls until it is so, at first often; throws what was waited for where it does not come. */
export async function until(what: string, isSo: () => Promise<boolean> | boolean, timeoutMs = 60_000): Promise<void> {
  let pauseMs = 10;
  for (const deadline = Date.now() + timeoutMs; Date.now() < deadline; await pause(pauseMs)) {
    if (await isSo()) return;
    pauseMs = Math.min(100, pauseMs * 1.3);
  }
  throw new Error(`within ${timeoutMs / 1_000} s it was not so that ${what}`);
}
