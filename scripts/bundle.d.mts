import type { Plugin } from 'esbuild';

export function bundle(directory: string, options: { hasCrashPoints: boolean; plugins?: Plugin[] }): Promise<void>;
