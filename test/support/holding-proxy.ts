import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface HoldingProxy {
  /** `127.0.0.1:PORT` */
  address: string;
  /** From now on new connections are accepted and hear nothing, until they are let go. */
  hold(): void;
  letGo(): void;
  stop(): Promise<void>;
}

/** A proxy on loopback in front of a registry, that can keep everybody waiting. */
export async function startHoldingProxy(behind: string): Promise<HoldingProxy> {
  const [host = '', port = ''] = behind.split(':');
  const held: Socket[] = [];
  const open = new Set<Socket>();
  let isHolding = false;
  const forward = (incoming: Socket) => {
    const onward = connect(Number(port), host);
    incoming.pipe(onward).pipe(incoming);
    onward.on('error', () => incoming.destroy());
  };
  const server = createServer((incoming) => {
    open.add(incoming);
    incoming.on('error', () => {}).on('close', () => open.delete(incoming));
    if (isHolding) held.push(incoming);
    else forward(incoming);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    hold: () => {
      isHolding = true;
    },
    letGo: () => {
      isHolding = false;
      for (const incoming of held.splice(0)) forward(incoming);
    },
    stop: async () => {
      for (const incoming of open) incoming.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
