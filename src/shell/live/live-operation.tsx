import { PassThrough } from 'node:stream';
import { Box, type Instance, render, Static, Text, useWindowSize } from 'ink';
import { useEffect, useState } from 'react';
import type { OperationView } from '../../api/contract/operation-views.ts';
import type { Paint } from '../paint.ts';
import { COMPACT_COLUMNS, compactLines } from '../views/compact-steps.ts';
import { nodeLines } from '../views/nodes.ts';
import { stepLines } from '../views/step-lines.ts';
import { createRates, type Rates, sparkline } from './rates.ts';
import { removeTrace } from './resize-trace.ts';

const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'] as const;
const FRAME_MS = 100;

interface LiveOperationProps {
  operation: OperationView;
  /** A line below the steps, such as how to leave. */
  footer: string;
  /** What happened elsewhere meanwhile: printed above, once. */
  news: readonly string[];
  rates: Rates;
  paint: Paint;
  onLines(lines: readonly string[]): void;
}

/** The steps as they run. Always lower than the screen, so that the terminal never scrolls under it. */
function LiveOperation({ operation, footer, news, rates, paint, onLines }: LiveOperationProps) {
  const [frame, setFrame] = useState(0);
  const { columns, rows } = useWindowSize();
  useEffect(() => {
    const timer = setInterval(() => setFrame((count) => count + 1), FRAME_MS);
    return () => clearInterval(timer);
  }, []);
  const draw = columns < COMPACT_COLUMNS ? compactLines : stepLines;
  const width = Math.max(20, columns - 1);
  // The steps matter most where the screen is low.
  const nodes = nodeLines(operation, { width, paint, height: Math.floor(rows / 3) });
  const lines = draw(operation, {
    width,
    height: Math.max(1, rows - 3 - nodes.length),
    nowMs: Date.now(),
    spinner: FRAMES[frame % FRAMES.length] ?? FRAMES[0],
    rateOf: rates.rateOf,
    sparklineOf: (step) => sparkline(rates.barsOf(step)),
    paint,
  });
  const all = [...lines, ...nodes, footer];
  onLines(all);
  return (
    <>
      <Static items={[...news]}>{(line, position) => <Text key={position}>{line}</Text>}</Static>
      <Box flexDirection="column">
        {all.map((line, position) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a line is its place on the screen.
          <Text key={position} wrap="truncate">
            {line}
          </Text>
        ))}
      </Box>
    </>
  );
}

export interface LiveView {
  update(operation: OperationView, footer: string): void;
  /** Prints lines above the view; before the first update they wait for it. */
  printAbove(lines: readonly string[]): void;
  /** Takes the view off the screen and leaves the cursor where it began. */
  close(): Promise<void>;
}

/**
 * Ink draws and nothing else: standard input stays with the terminal, which gives it none. `rewraps` says whether the
 * terminal breaks lines anew when it becomes narrower.
 */
export function openLiveView(stdout: NodeJS.WriteStream, paint: Paint, rewraps: () => boolean): LiveView {
  const rates = createRates();
  let instance: Instance | null = null;
  const options = { stdout, exitOnCtrlC: false, patchConsole: false, interactive: true };
  let shown: { operation: OperationView; footer: string } | null = null;
  let news: string[] = [];
  const trace = removeTrace(stdout, rewraps);
  const draw = (): void => {
    if (!shown) return;
    const view = <LiveOperation {...shown} news={news} rates={rates} paint={paint} onLines={trace.drawn} />;
    if (instance) instance.rerender(view);
    else instance = render(view, { ...options, stdin: new PassThrough() as unknown as NodeJS.ReadStream });
  };
  return {
    update(operation, footer) {
      rates.observe(operation, Date.now());
      shown = { operation, footer };
      draw();
    },
    printAbove(lines) {
      news = [...news, ...lines];
      draw();
    },
    async close() {
      trace.end();
      if (!instance) return;
      await instance.waitUntilRenderFlush();
      instance.clear();
      instance.unmount();
      await instance.waitUntilExit();
    },
  };
}
