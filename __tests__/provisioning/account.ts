import type { Account, User } from '../../sandbox/accounts/account';
import type { RecordedRequest } from '../../sandbox/http/request';
import type { PolicyDocument } from '../../sandbox/policy/document';
import { startSandbox, type Sandbox } from '../../sandbox/sandbox';
import type { CallSettings } from '../../src/network/call';
import { systemClock, type Clock } from '../../src/network/clock';
import type { AccountAccess } from '../../src/provisioning/changes/account-access';
import { openAccount } from '../../src/provisioning/open-account';
import type { Created } from '../../src/runner/ledger';
import { connectionTo } from '../aws/local-aws';
import { allow } from '../sandbox/sts-client';
import { ACCOUNT, EXAMPLE_KEYS } from '../scenarios/scenario';
import { REPOSITORY } from './declared';

/** An account of the local AWS, and access that changes it over HTTP; waiting only moves the clocks. */
export interface TestAccount {
  readonly sandbox: Sandbox;
  readonly account: Account;
  /** Whose keys sign. */
  readonly admin: User;
  readonly access: AccountAccess;
  readonly calls: CallSettings;
  readonly log: string[];
  readonly warnings: string[];
  readonly masked: string[];
  readonly remembered: Created[];
  /** What was waited between attempts, in milliseconds. */
  readonly waits: number[];
  /** Requests since the account was opened, or since the last time this was asked. */
  requests(): RecordedRequest[];
  /** The same, each as "Action" or "Action ErrorCode". */
  actions(): string[];
  /** Adds a managed policy, as if it had been made before. */
  addPolicy(name: string, settings?: { path?: string; description?: string; tags?: Record<string, string> }): string;
}

/** Opens an account in which an administrator changes things for the repository octo/app. */
export async function openTestAccount({ githubToken = false } = {}): Promise<TestAccount> {
  const sandbox = await startSandbox();
  const account = sandbox.account(ACCOUNT);
  const admin = account.createUser('admin', { policies: [allow('*')] });
  admin.createAccessKey(EXAMPLE_KEYS);
  sandbox.github.secrets.createRepository(REPOSITORY);
  const [log, warnings, masked, remembered, waits]: [string[], string[], string[], Created[], number[]] = [
    [],
    [],
    [],
    [],
    [],
  ];
  const calls = { retry: { maxAttempts: 4 }, clock: clockOf(sandbox, waits), log: (line: string) => log.push(line) };
  const { access } = await openAccount({
    credentials: EXAMPLE_KEYS,
    credentialsName: 'the keys',
    identity: undefined,
    connection: connectionTo(sandbox),
    calls,
    repository: REPOSITORY,
    githubToken: githubToken ? sandbox.github.secrets.token({ write: [REPOSITORY] }) : undefined,
    env: { GITHUB_API_URL: sandbox.github.secrets.apiUrl },
    reporter: {
      log: (line) => log.push(line),
      warn: (text) => warnings.push(text),
      mask: (secret) => masked.push(secret),
      remember: (created) => remembered.push(created),
    },
  });
  let seen = sandbox.requests.length;
  const requests = () => {
    const fresh = sandbox.requests.slice(seen);
    seen = sandbox.requests.length;
    return fresh;
  };
  return {
    ...{ sandbox, account, admin, access, calls, log, warnings, masked, remembered, waits, requests },
    actions: () =>
      requests().map(({ action, errorCode }) => (errorCode === undefined ? action : `${action} ${errorCode}`)),
    addPolicy(name, { path = '/', ...settings } = {}) {
      return account.createManagedPolicy(name, { path, policy: textOf(allow('s3:GetObject')), ...settings }).arn;
    },
  };
}

/** A policy as the account keeps it. */
export function textOf(document: PolicyDocument) {
  return { text: JSON.stringify(document), document };
}

/** A clock whose time passes only by waiting, and the sandbox's with it. */
function clockOf({ clock }: Sandbox, waits: number[]): Clock {
  let now = 0;
  return {
    time: () => clock.now().getTime(),
    now: () => now,
    random: () => 0.5,
    after: systemClock.after,
    sleep: (ms) => {
      waits.push(ms);
      now += ms;
      clock.advance(ms);
      return new Promise((resolve) => setImmediate(resolve));
    },
  };
}
