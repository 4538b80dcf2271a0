import { widthOf } from '../width.ts';

/**
 * Where a terminal breaks lines anew, a view is higher after it became narrower than Ink knows, which takes as many rows
 * away as it drew. To be called before Ink begins to listen: the rows that were added go first.
 */
export function removeTrace(
  stdout: NodeJS.WriteStream,
  rewraps: () => boolean,
): { drawn(lines: readonly string[]): void; end(): void } {
  let lines: readonly string[] = [];
  let columns = stdout.columns;
  const resized = (): void => {
    const widths = lines.map((line) => Math.min(widthOf(line), columns));
    columns = stdout.columns;
    const added = widths.reduce((sum, width) => sum + Math.max(0, Math.ceil(width / columns) - 1), 0);
    if (added > 0 && rewraps()) stdout.write(`\x1b[${added}A\x1b[J`);
  };
  stdout.on('resize', resized);
  return {
    drawn(shown) {
      lines = shown;
    },
    end: () => stdout.off('resize', resized),
  };
}
