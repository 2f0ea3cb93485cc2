import {
  ADMIN,
  TO_WORKSPACE,
  WORKSPACE,
  endOfKeys,
  identityJob,
  identityScenario,
  keyInWorkspace,
  ownerOf,
  terraformWorkspace,
} from '../scenarios/identities';
import type { Scenario } from '../scenarios/scenario';
import { HAS_GO } from './go';
import { byTerraformClient, type Outcome, type Step } from './terraform-client';

const withGo = HAS_GO ? describe : describe.skip;
const [ID, SECRET] = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'] as const;
const OF_ENVIRONMENT = { category: 'env' } as const;

let scenario: Scenario;
let input: { readonly 'terraform-token': string };
beforeEach(async () => {
  scenario = await identityScenario();
  input = terraformWorkspace(scenario);
});
afterEach(() => endOfKeys(scenario));

const client = (steps: readonly Step[], token = input['terraform-token'], workspace?: string): Promise<Outcome[]> =>
  byTerraformClient({ address: scenario.sandbox.terraform.address, token, ...(workspace && { workspace }) }, steps);
const run = (mode: string, inputs: Record<string, string> = {}) =>
  identityJob(scenario).step({
    with: {
      mode,
      ...ADMIN,
      ...input,
      identities: JSON.stringify({ users: { pulumi: { 'access-key': { deliver: [TO_WORKSPACE] } } } }),
      ...inputs,
    },
  });

withGo('HashiCorp’s client and the action', () => {
  test('see each other’s variables, and each writing has another version', async () => {
    await client([{ do: 'create', key: ID, value: 'by hand', ...OF_ENVIRONMENT, sensitive: false }]);
    expect((await run('provision')).exitCode).toBe(0);
    const [read, list] = await client([{ do: 'read' }, { do: 'list' }]);
    expect(read).toEqual({ mayUpdate: true });
    expect(list?.variables).toEqual(
      [ID, SECRET].map((key) => ({
        ...{ key, value: '', ...OF_ENVIRONMENT, sensitive: true },
        version: expect.stringMatching(/^\w+$/) as unknown,
      })),
    );

    scenario.pass(3_600_000);
    expect((await run('provision')).outputs.changed).toBe('false');
    const [updated] = await client([{ do: 'update', key: SECRET, value: 'theirs', ...OF_ENVIRONMENT }]);
    expect(updated?.variables?.[0]?.version).not.toBe(list?.variables?.[1]?.version);
    const mended = await run('provision');
    expect(mended.exitCode).toBe(0);
    expect(mended.log.join('\n')).toMatch(
      /AWS_SECRET_ACCESS_KEY of the workspace acme\/prod at \S+ was written by someone else since/,
    );
    expect(ownerOf(scenario, keyInWorkspace(scenario))).toBe('pulumi');
  });

  test('see a priority set in the list of what runs get', async () => {
    expect((await run('provision')).exitCode).toBe(0);
    scenario.sandbox.terraform.addVariableSet({ [ID]: 'of the set' }, { hasPriority: true });
    const [own, all] = await client([{ do: 'list' }, { do: 'list all' }]);
    expect([own, all].map((list) => list?.variables?.find(({ key }) => key === ID)?.value)).toEqual(['', 'of the set']);
    expect((await run('provision')).log.join('\n')).toContain('Warning: Runs of the workspace do not get');
  });

  test('find gone what the action has removed', async () => {
    expect((await run('provision')).exitCode).toBe(0);
    expect((await run('deprovision')).exitCode).toBe(0);
    expect(await client([{ do: 'list' }])).toEqual([{}]);
  });
});

withGo('the sandbox answers HashiCorp’s client as the service is known to', () => {
  test('a variable lives and dies, next to one of the same name for Terraform', async () => {
    const outcomes = await client([
      { do: 'create', key: ID, value: 'x', category: 'terraform', sensitive: false },
      { do: 'create', key: ID, value: 'secret', ...OF_ENVIRONMENT, sensitive: true },
      { do: 'create', key: ID, value: 'again', ...OF_ENVIRONMENT },
      { do: 'make readable', key: ID, ...OF_ENVIRONMENT },
      { do: 'delete', key: ID, ...OF_ENVIRONMENT },
      { do: 'list' },
    ]);
    expect(outcomes.map(({ error, variables }) => error ?? variables?.map(({ value }) => value))).toEqual([
      ['x'],
      [''],
      expect.stringContaining('Key has already been taken'),
      expect.stringContaining('Sensitive cannot be changed from true to false'),
      undefined,
      ['x'],
    ]);
  });

  test('no right is as no workspace', async () => {
    const { terraform } = scenario.sandbox;
    const seeing = terraform.token({ see: [WORKSPACE] });
    expect(await client([{ do: 'read' }, { do: 'create', key: ID, value: 'x', ...OF_ENVIRONMENT }], seeing)).toEqual([
      {},
      expect.objectContaining({ notFound: true }),
    ]);
    expect(await client([{ do: 'read' }], terraform.token({}))).toEqual([expect.objectContaining({ notFound: true })]);
    expect(await client([{ do: 'read' }], undefined, 'absent')).toEqual([expect.objectContaining({ notFound: true })]);
    expect(await client([{ do: 'read' }], 'EXAMPLE.atlasv1.EXAMPLE')).toEqual([{ error: 'unauthorized' }]);
  });

  test('it waits at the limit as the answer says', async () => {
    const headers = { 'x-ratelimit-reset': '0.2', 'x-ratelimit-limit': '30' };
    const error = { status: 429, code: 'TooManyRequests', message: "You have exceeded the API's rate limit.", headers };
    scenario.sandbox.faults.add({ action: 'GET workspace', times: 1, error });
    expect(await client([{ do: 'read' }])).toEqual([{ mayUpdate: true }]);
  });
});
