import { COMMAND_TARGET } from '../domain/notice.ts';
import { type CommandWorld, runNotifyCommand } from './notify-command.ts';
import { NOT_NAMED, type Send } from './sender.ts';
import { postNotice } from './webhook.ts';

/** Tells whoever a target stands for, as the manifest has it now. */
export const deliverIn =
  (world: CommandWorld, userAgent: string): Send =>
  async (appliance, target, notice, signal) => {
    const { webhooks, command } = appliance.policy.notify;
    if (target === COMMAND_TARGET) {
      return command ? runNotifyCommand(world, appliance, command, notice, signal) : NOT_NAMED;
    }
    const webhook = webhooks.find(({ url }) => url === target);
    return webhook ? postNotice(webhook, notice, { clock: world.clock, userAgent }, signal) : NOT_NAMED;
  };
