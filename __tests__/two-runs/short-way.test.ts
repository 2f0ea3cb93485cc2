import { GetUserCommand } from '@aws-sdk/client-iam';
import { iamClient } from '../../src/iam/sdk';
import { makeReady } from './pairs';
import { answeredBy } from './wire';

test.each([true, false])('a client knows the Date of an answer, the short way: %s', async (isShort) => {
  const stop = makeReady({ isShort });
  const dates: number[] = [];
  const connection = {
    region: 'eu-central-1',
    stsEndpoint: undefined,
    iamEndpoint: 'http://localhost:1',
    useFipsEndpoint: undefined,
    proxy: {},
    userAgent: 'test',
  };
  const keys = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' };
  const client = iamClient(connection, keys, (time) => dates.push(time));
  const date = 'Sun, 01 Mar 2026 12:00:00 GMT';
  const body = '<GetUserResponse><GetUserResult><User><UserName>ci</UserName></User></GetUserResult></GetUserResponse>';
  const { User } = await answeredBy(
    () => Promise.resolve({ status: 200, headers: { date }, body }),
    () => client.send(new GetUserCommand({ UserName: 'ci' })),
  );
  stop();
  expect([User?.UserName, dates]).toEqual(['ci', [Date.parse(date)]]);
});
