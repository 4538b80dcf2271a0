import { startPrivateEngine } from '../../src/demo/private-engine/private-engine.ts';

// Run as a process of its own: starts an engine with a container's network, says where, and is killed.
const engine = await startPrivateEngine('crash');
await engine.docker(['network', 'create', 'left-behind']);
process.stdout.write(`${engine.socketPath}\n`);
setInterval(() => {}, 1_000);
