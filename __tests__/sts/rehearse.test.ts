import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { rehearse, stsClient } from '../../src/sts/sdk';
import { useCleanEnvironment } from '../aws/environment';
import { connection } from '../aws/local-aws';

useCleanEnvironment();

test('a rehearsal reads its answer with the code of a real call, and sends nothing', async () => {
  let requests = 0;
  const server = createServer((_, response) => {
    requests += 1;
    response.end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const stsEndpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = stsClient(connection({ stsEndpoint }));
  const collect = jest.spyOn(client.config, 'streamCollector');
  expect(await rehearse(client)).toMatchObject({
    AssumedRoleUser: { Arn: 'rehearsal' },
    Credentials: { AccessKeyId: 'rehearsal', Expiration: new Date('2026-01-31T12:00:00Z') },
  });
  expect(collect).toHaveBeenCalledTimes(1);
  expect(requests).toBe(0);
  client.destroy();
  server.close();
});
