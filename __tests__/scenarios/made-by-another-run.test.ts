import type { Failure } from '../../sandbox/faults';
import type { Run } from '../../sandbox/runner/job';
import { ADMIN, identityJob, identityScenario, writes } from './identities';
import type { Scenario } from './scenario';

let scenario: Scenario;
beforeEach(async () => {
  scenario = await identityScenario();
});
afterEach(() => scenario.end());

const provision = (document: object): Promise<Run> =>
  identityJob(scenario).step({ with: { mode: 'provision', ...ADMIN, identities: JSON.stringify(document) } });

const READS = 'arn:aws:iam::aws:policy/ReadOnlyAccess';
const policy = (action: string) => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: action, Resource: '*' }],
});

/** What one run declares, and another one of the repository at the same time. */
const DOCUMENTS: Readonly<Record<string, { readonly own: object; readonly others: object }>> = {
  CreateRole: {
    own: { roles: { deploy: { trust: { service: 'lambda.amazonaws.com' }, 'max-session-duration': '2h' } } },
    others: { roles: { deploy: { trust: { service: 'ec2.amazonaws.com' }, policies: [READS], tags: { team: 'x' } } } },
  },
  CreateUser: {
    own: { users: { reporter: { policies: [READS], tags: { team: 'a' } } } },
    others: { users: { reporter: { 'inline-policies': { more: policy('s3:*') }, tags: { team: 'x' } } } },
  },
  CreatePolicy: {
    own: { policies: { list: { document: policy('s3:ListBucket') } } },
    others: { policies: { list: { document: policy('s3:*') } } },
  },
  CreateOpenIDConnectProvider: {
    own: { 'oidc-providers': { github: {} } },
    others: { 'oidc-providers': { github: { audiences: ['others'] } } },
  },
};

/** The first attempt is lost on its way, and before the next one another run of the repository has made it. */
async function overtakenAt(action: string): Promise<Run> {
  const { own, others } = DOCUMENTS[action] ?? { own: {}, others: {} };
  const first = async () => {
    expect((await provision(others)).exitCode).toBe(0);
  };
  const lost: Failure = { reset: true };
  scenario.sandbox.faults.add({ action, times: 1, first });
  scenario.sandbox.faults.add({ action, times: 1, ...lost });
  return provision(own);
}

test.each(Object.keys(DOCUMENTS))(
  '%s was lost, and another run has made that by another document: it is made as declared all the same',
  async (action) => {
    const main = await overtakenAt(action);
    expect([main.exitCode, main.log.join('\n')]).toEqual([
      0,
      expect.stringMatching(/was there when it was to be created, and is made as declared:\n +\S/),
    ]);
    scenario.calls();
    const again = await provision(DOCUMENTS[action]?.own ?? {});
    expect([again.exitCode, again.outputs.changed, writes(scenario)]).toEqual([0, 'false', []]);
  },
);

test('what was made by an attempt whose answer was lost is as declared', async () => {
  scenario.sandbox.faults.add({ action: 'CreateRole', times: 1, resetAfter: true });
  const main = await provision(DOCUMENTS.CreateRole?.own ?? {});
  expect([main.exitCode, main.log.join('\n')]).toEqual([0, expect.not.stringContaining('was there when')]);
  expect(writes(scenario)).toEqual(['CreateRole', 'CreateRole EntityAlreadyExists']);
});
