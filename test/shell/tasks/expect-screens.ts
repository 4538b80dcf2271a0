import type { ExpectStatic } from 'vitest';
import type { Screen } from '../screen.ts';
import { normalised } from './normalised.ts';

/** Compares all that was seen with what is kept for this width. */
export async function expectScreens(screen: Screen, columns: number, expect: ExpectStatic): Promise<void> {
  const shown = screen.lines();
  for (const line of shown) expect(line.length).toBeLessThanOrEqual(columns);
  await expect(`${normalised(shown.join('\n'))}\n`).toMatchFileSnapshot(`screens/${columns}.txt`);
}
