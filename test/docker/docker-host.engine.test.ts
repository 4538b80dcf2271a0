import { DockerHost } from '../../src/docker/docker-host.ts';
import { makeAppliance } from '../support/appliances.ts';
import { forgetImage } from '../support/images.ts';
import { describeOnEngine } from '../support/on-engine.ts';
import { type ContractImage, hostContract } from './host-contract.ts';

describeOnEngine('a real Docker Engine', ({ engine, name, reference }) => {
  hostContract('keeps the contract', async () => {
    const publish = async (repository: string, tag: string, color: string, fails = false): Promise<ContractImage> => {
      const image = reference(repository, tag);
      const { digest } = await makeAppliance(engine, {
        reference: image,
        behaviour: fails ? 'exits-at-once' : 'serves',
        changes: [`ENV COLOR=${color}`],
      });
      await forgetImage(engine, image);
      return { reference: image, digest: digest ?? '' };
    };
    return {
      host: new DockerHost({ socketPath: engine.socketPath }),
      socketPath: engine.socketPath,
      serving: await publish('server', '1.0', 'blue'),
      newer: await publish('server', '2.0', 'green'),
      failing: await publish('server', '2.1', 'red', true),
      port: 8080,
      name,
    };
  });
});
