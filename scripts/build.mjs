import { bundle } from './bundle.mjs';

await Promise.all([bundle('dist', { hasCrashPoints: false }), bundle('dist-test', { hasCrashPoints: true })]);
