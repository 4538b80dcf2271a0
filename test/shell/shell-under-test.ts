import { runCommandLine } from '../../src/shell/command-line.ts';

// The real shell, wired to whatever listens on BELAY_SOCKET.
process.exitCode = await runCommandLine(process.argv.slice(2), {
  connect: async () => process.env['BELAY_SOCKET'] ?? '',
  user: 'admin',
  version: '0.1.0-test',
  environment: process.env,
});
