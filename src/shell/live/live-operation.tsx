import { PassThrough } from 'node:stream';
import { Box, type Instance, render, Text, useWindowSize } from 'ink';
import { useEffect, useState } from 'react';
import type { OperationView, StepView } from '../../api/contract/views.ts';
import type { Paint } from '../paint.ts';
import { stepLines } from '../views/step-lines.ts';
import { createRates } from './rates.ts';

const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'] as const;
const FRAME_MS = 100;

interface LiveOperationProps {
  operation: OperationView;
  /** A line below the steps, such as how to leave. */
  footer: string;
  rateOf: (step: StepView) => number | null;
  paint: Paint;
}

/** The steps as they run. Always lower than the screen, so that the terminal never scrolls under it. */
function LiveOperation({ operation, footer, rateOf, paint }: LiveOperationProps) {
  const [frame, setFrame] = useState(0);
  const { columns, rows } = useWindowSize();
  useEffect(() => {
    const timer = setInterval(() => setFrame((count) => count + 1), FRAME_MS);
    return () => clearInterval(timer);
  }, []);
  const lines = stepLines(operation, {
    width: Math.max(20, columns - 1),
    height: Math.max(1, rows - 3),
    nowMs: Date.now(),
    spinner: FRAMES[frame % FRAMES.length] ?? FRAMES[0],
    rateOf,
    paint,
  });
  return (
    <Box flexDirection="column">
      {[...lines, footer].map((line, position) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a line is its place on the screen.
        <Text key={position} wrap="truncate">
          {line}
        </Text>
      ))}
    </Box>
  );
}

export interface LiveView {
  update(operation: OperationView, footer: string): void;
  /** Takes the view off the screen and leaves the cursor where it began. */
  close(): Promise<void>;
}

/** Ink draws and nothing else: standard input stays with the terminal, which gives it none. */
export function openLiveView(stdout: NodeJS.WriteStream, paint: Paint): LiveView {
  const rates = createRates();
  let instance: Instance | null = null;
  return {
    update(operation, footer) {
      rates.observe(operation, Date.now());
      const view = <LiveOperation operation={operation} footer={footer} rateOf={rates.rateOf} paint={paint} />;
      if (instance) return instance.rerender(view);
      const stdin = new PassThrough() as unknown as NodeJS.ReadStream;
      instance = render(view, { stdout, stdin, exitOnCtrlC: false, patchConsole: false, interactive: true });
    },
    async close() {
      if (!instance) return;
      await instance.waitUntilRenderFlush();
      instance.clear();
      instance.unmount();
      await instance.waitUntilExit();
    },
  };
}
