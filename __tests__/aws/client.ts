import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import type { IAMClient } from '@aws-sdk/client-iam';
import type { STSClient } from '@aws-sdk/client-sts';

/** The host that a request of the client would go to. It is never sent. */
export async function hostOf(client: STSClient | IAMClient, send: () => Promise<unknown>): Promise<string> {
  let host = '';
  jest.spyOn(client.config.requestHandler, 'handle').mockImplementation(({ hostname }: { hostname: string }) => {
    host = hostname;
    return Promise.reject(new Error('not sent'));
  });
  await expect(send()).rejects.toThrow('not sent');
  client.destroy();
  return host;
}

/** Waits until a client that is made for an https endpoint opens a connection to it, before there is a request. */
export async function earlyConnection(makeClient: (endpoint: string) => STSClient | IAMClient): Promise<void> {
  const server = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const connected = once(server, 'connection');
  const client = makeClient(`https://localhost:${(server.address() as AddressInfo).port}`);
  await connected;
  client.destroy();
  server.close();
}
