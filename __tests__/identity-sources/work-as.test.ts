import { startSandbox, type Sandbox } from '../../sandbox/sandbox';
import { parseRoleArn } from '../../src/aws/arn';
import { secretsOf } from '../../src/aws/credentials';
import { identityOf, workAs } from '../../src/identity-sources/work-as';
import type { Chain, StepIdentity, StepSettings } from '../../src/inputs/request';
import { systemClock } from '../../src/network/clock';
import type { Runner } from '../../src/runner/runner';
import type { Step } from '../../src/runner/step';
import { useCleanEnvironment } from '../aws/environment';
import { connectionTo } from '../aws/local-aws';
import { allow, trust } from '../sandbox/sts-client';
import { ACCOUNT, EXAMPLE_KEYS } from '../scenarios/scenario';

useCleanEnvironment();

let sandbox: Sandbox;
let settings: StepSettings;
let step: Step;
let masked: string[];
beforeEach(async () => {
  sandbox = await startSandbox();
  settings = { connection: connectionTo(sandbox), retry: { maxAttempts: 1 } } as unknown as StepSettings;
  masked = [];
  const runner = { mask: (secret: string) => void masked.push(secret), info: () => undefined } as unknown as Runner;
  step = { env: process.env, runner, clock: systemClock } as unknown as Step;
});
afterEach(() => sandbox.close());

const source = { from: 'given keys', credentials: EXAMPLE_KEYS } as const;

test('a step works as the user of the keys given, of whom AWS is asked', async () => {
  const user = sandbox.account(ACCOUNT).createUser('ci');
  user.createAccessKey(EXAMPLE_KEYS);
  const signer = await workAs({ source, chain: undefined }, settings, step);
  expect(signer.credentials).toEqual(EXAMPLE_KEYS);
  expect(masked).toEqual(secretsOf(EXAMPLE_KEYS));
  expect(await identityOf(signer, settings, step)).toEqual({ arn: user.arn, account: ACCOUNT });
});

test('a step works as the last role of a chain, of which STS has said who it is', async () => {
  const account = sandbox.account(ACCOUNT);
  const user = account.createUser('ci', { policies: [allow('sts:AssumeRole')] });
  user.createAccessKey(EXAMPLE_KEYS);
  const first = account.createRole('first', { trust: trust(user.arn), policies: [allow('sts:AssumeRole')] });
  const last = account.createRole('last', { trust: trust(first.arn) });
  const wanted: StepIdentity = {
    source,
    mfa: undefined,
    session: {
      sessionName: 'ci',
      duration: 900,
      policies: { inline: undefined, managed: [] },
      plainCharacters: false,
    },
    signed: { externalId: undefined, sourceIdentity: undefined, tags: [], transitiveTagKeys: [] },
    chain: [first, last].map(({ arn }) => parseRoleArn(arn)) as unknown as Chain,
  };
  const signer = await workAs(wanted, settings, step);
  expect(masked).toEqual(expect.arrayContaining(secretsOf(signer.credentials)));
  expect(signer.name).toBe(`the session of ${last.arn}`);
  expect(await identityOf(signer, settings, step)).toEqual({
    arn: `arn:aws:sts::${ACCOUNT}:assumed-role/last/ci`,
    account: ACCOUNT,
  });
  expect(sandbox.requests.map(({ action }) => action)).toEqual(['AssumeRole', 'AssumeRole']);
});
