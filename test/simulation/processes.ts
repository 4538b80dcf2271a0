import { LabError } from '../../src/lab/lab-error.ts';
import { type Processes, type ProcessPlan, type RunningProcess, signalNumber } from '../../src/lab/processes.ts';
import { SERVER } from './agents.ts';
import { Appliance, type ApplianceWorld, containerOf } from './appliance.ts';
import { isHookCommand } from './database.ts';
import { type Life, living } from './virtual-time.ts';

const SIGKILL = 9;
const SIGTERM = 15;

interface Running {
  pid: number;
  life: Life;
  appliance: Appliance | null;
  /** `CONTAINER --command` */
  command: string;
  end(exitCode: number): void;
}

/** Processes that exist in this simulation only. They outlive the engine, and end with the machine. */
export class SimulatedProcesses implements Processes {
  readonly #world: ApplianceWorld;
  readonly #running = new Map<number, Running>();
  readonly #onChange: (what: string) => void;
  readonly #beforeStart: (appliance: Appliance) => void;
  /** Versions whose image is damaged: nothing starts from it. */
  readonly damaged = new Set<string>();
  #pids = 100;

  constructor(
    world: ApplianceWorld,
    hooks: { onChange: (what: string) => void; beforeStart: (appliance: Appliance) => void },
  ) {
    this.#world = world;
    this.#onChange = hooks.onChange;
    this.#beforeStart = hooks.beforeStart;
  }

  /** The servers that run now, but for what is only rehearsed. */
  appliances(): Appliance[] {
    return this.all().filter(({ isRehearsed, member }) => !isRehearsed && member === SERVER);
  }

  all(): Appliance[] {
    return [...this.#running.values()].flatMap(({ appliance }) => appliance ?? []);
  }

  async start(plan: ProcessPlan): Promise<RunningProcess> {
    const command = plan.command[1] ?? '';
    return command.startsWith('--') ? this.#startCommand(plan, command) : this.#startAppliance(plan);
  }

  /** As the kernel would, of a command that was begun in a container. */
  endCommands(containerId: string, command: string): void {
    for (const { command: its, end } of [...this.#running.values()]) {
      if (its === `${containerId} ${command}`) end(128 + SIGKILL);
    }
  }

  stampOf(pid: number): string | null {
    return this.#running.has(pid) ? `stamp-${pid}` : null;
  }

  killGroup(pid: number): void {
    this.#running.get(pid)?.end(128 + SIGKILL);
  }

  /** As somebody would with `docker kill`, of what a container runs. */
  kill(containerId: string): void {
    for (const { appliance, end } of [...this.#running.values()]) {
      if (appliance?.containerId === containerId) end(128 + SIGKILL);
    }
  }

  /** The machine loses its power. */
  endAll(): void {
    for (const { end } of [...this.#running.values()]) end(128 + SIGKILL);
  }

  #startAppliance(plan: ProcessPlan): RunningProcess {
    if (this.damaged.has(plan.env['SIM_VERSION'] ?? '')) throw new LabError(500, 'exec format error');
    const { running, process } = this.#newProcess(`container ${containerOf(plan).slice(0, 6)}`);
    const appliance = new Appliance(this.#world, plan, (exitCode) => running.end(exitCode));
    this.#beforeStart(appliance);
    running.appliance = appliance;
    this.#onChange(`process ${running.pid} of ${appliance.containerId.slice(0, 6)} (${appliance.version}) starts`);
    living(running.life, () => void appliance.run());
    return process;
  }

  #startCommand(plan: ProcessPlan, command: string): RunningProcess {
    const container = containerOf(plan);
    const { running, process } = this.#newProcess(`command in ${container.slice(0, 6)}`);
    running.command = `${container} ${command}`;
    living(running.life, () => {
      const { database, time } = this.#world;
      if (isHookCommand(command)) {
        time.start(database.durationMs(), false, () => {
          const serving = this.appliances().map(({ version }) => version);
          const { output, exitCode } = database.run(command, plan.env, serving);
          plan.onOutput('stdout', Buffer.from(`${output}\n`));
          running.end(exitCode);
        });
        return;
      }
      time.start(3, false, () => {
        const main = this.all().find(({ containerId }) => containerId === container);
        const { output, exitCode } = main?.answer(command) ?? { output: '', exitCode: 137 };
        plan.onOutput('stdout', Buffer.from(`${output}\n`));
        running.end(exitCode);
      });
    });
    return process;
  }

  #newProcess(name: string): { running: Running; process: RunningProcess } {
    const pid = this.#pids++;
    const { promise: ended, resolve } = Promise.withResolvers<number>();
    const end = (exitCode: number) => {
      if (!this.#running.delete(pid)) return;
      running.life.dead = true;
      if (running.appliance) this.#onChange(`process ${pid} ends with ${exitCode}`);
      resolve(exitCode);
    };
    const running: Running = { pid, life: { name, dead: false }, appliance: null, command: '', end };
    this.#running.set(pid, running);
    const signal = (given: NodeJS.Signals | number) => {
      const number = typeof given === 'number' ? given : signalNumber(given);
      if (number === SIGKILL) end(128 + SIGKILL);
      if (number === SIGTERM) living(running.life, () => void running.appliance?.stop());
    };
    return { running, process: { pid, signal, signalGroup: signal, ended } };
  }
}
