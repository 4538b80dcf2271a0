import { describe, expect, it } from 'vitest';
import { rewrapsOf, rowsAbove } from '../../../src/shell/line/drawing.ts';

const drawn = (lines: string[], column: number, below = 0) => ({ body: lines.join('\n'), lines, below, column });

describe('a prompt that was drawn at another width', () => {
  const oneRow = drawn(['x'.repeat(64)], 64);
  const twoRows = drawn(['x'.repeat(80), 'y'.repeat(20)], 20);

  it('is higher where the terminal breaks lines anew', () => {
    expect(rowsAbove(oneRow, 40, true)).toBe(1);
    expect(rowsAbove(oneRow, 40, false)).toBe(0);
    expect(rowsAbove(twoRows, 40, true)).toBe(2);
    expect(rowsAbove(twoRows, 40, false)).toBe(1);
    expect(rowsAbove(drawn(['x'.repeat(64), 'menu', 'menu'], 64, 2), 40, true)).toBe(1);
  });

  it('tells by its cursor what the terminal does', () => {
    expect(rewrapsOf(oneRow, 24, { columns: 40, narrowest: 40 })).toBe(true);
    expect(rewrapsOf(oneRow, 39, { columns: 40, narrowest: 40 })).toBe(false);
    expect(rewrapsOf(oneRow, 29, { columns: 40, narrowest: 30 })).toBe(false);
    expect(rewrapsOf(oneRow, 24, { columns: 40, narrowest: 30 })).toBe(true);
  });

  it('tells nothing where the cursor would be there either way', () => {
    expect(rewrapsOf(twoRows, 20, { columns: 60, narrowest: 60 })).toBeNull();
    expect(rewrapsOf(drawn(['x'.repeat(79)], 79), 39, { columns: 40, narrowest: 40 })).toBeNull();
    expect(rewrapsOf(oneRow, 7, { columns: 40, narrowest: 40 })).toBeNull();
  });
});
