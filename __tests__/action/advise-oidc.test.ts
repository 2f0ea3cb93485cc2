import { adviseOidc } from '../../src/action/advise-oidc';
import type { Request } from '../../src/inputs/request';
import type { Runner } from '../../src/runner/runner';
import type { Step } from '../../src/runner/step';
import { EXAMPLE_KEYS } from '../scenarios/scenario';

const OIDC = {
  ACTIONS_ID_TOKEN_REQUEST_URL: 'https://token.example/?v=2',
  ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'bearer',
};
const keys = { from: 'given keys', credentials: EXAMPLE_KEYS };
const session = { from: 'given keys', credentials: { ...EXAMPLE_KEYS, sessionToken: 'AQoEXAMPLE' } };

function notices(mode: string, source: object, env: NodeJS.ProcessEnv): string[] {
  const said: string[] = [];
  const runner = { notice: (text: string) => void said.push(text) } as unknown as Runner;
  adviseOidc({ mode, identity: { source } } as unknown as Request, { env, runner } as unknown as Step);
  return said;
}

test.each(['assume-role', 'access-keys', 'verify', 'provision', 'rotate', 'deprovision'])(
  '%s with long-lived keys, where the job may use OIDC',
  (mode) => {
    expect(notices(mode, keys, OIDC)).toEqual([expect.stringContaining('To move: let a role trust')]);
  },
);

test.each([
  ['where the job may not', 'assume-role', keys, {}],
  ['with temporary keys', 'assume-role', session, OIDC],
  ['with the token already', 'assume-role', { from: 'github token' }, OIDC],
  ['with what the job has', 'access-keys', { from: 'default chain' }, OIDC],
  ['for a session that takes keys only', 'session-token', keys, OIDC],
  ['for another that does', 'federation-token', keys, OIDC],
])('no advice %s', (_, mode, source, env) => {
  expect(notices(mode, source, env)).toEqual([]);
});
