import { partitionOfArn, type Identity } from '../aws/arn';
import type { Connection } from '../aws/connection';
import type { Credentials } from '../aws/credentials';
import { ActionError } from '../errors/action-error';
import { connectGithub } from '../github/connect';
import { connectIam } from '../iam/connect';
import { lookAhead, type Lookup } from '../iam/look-ahead';
import type { CallSettings } from '../network/call';
import { connectSts, identify } from '../sts/connect';
import { connectTerraform } from '../terraform/connect';
import type { AccountAccess, Reporter, TargetAccount } from './changes/account-access';
import { thisRun, type Run } from './run';
import { githubStore } from './stores/github-secrets';
import { Stores, type InTime } from './stores/stores';
import { terraformStore } from './stores/terraform-variables';

/** With what an account is opened. */
export interface AccountEntry {
  readonly credentials: Credentials;
  /** The credentials, for messages. */
  readonly credentialsName: string;
  /** Whose the credentials are, where that is known. */
  readonly identity: Identity | undefined;
  readonly connection: Connection;
  readonly calls: CallSettings;
  /** The repository for which things are made: `owner/name`. */
  readonly repository: string;
  /** The run that makes the changes, where it began before: in post, that of main. */
  readonly run?: Run | undefined;
  /** May write secrets of GitHub. */
  readonly githubToken: string | undefined;
  /** May write variables of HCP Terraform. */
  readonly terraformToken?: string | undefined;
  readonly env: NodeJS.ProcessEnv;
  readonly reporter: Reporter;
  readonly isDryRun?: boolean;
  /** What IAM is asked for while STS is asked whose the credentials are. */
  readonly lookups?: readonly Lookup[];
  /** Called before every call to IAM and every test of a key; what it throws ends the step. */
  readonly beforeEach?: () => void;
  /** When no call to IAM is tried again any more, by the step's clock, in milliseconds. */
  readonly until?: number | undefined;
  /** How long stores of secrets are waited for that are only asked. */
  readonly inTime?: InTime;
}

/** An account that is open for changes. */
export interface OpenAccount {
  /** Whose the credentials are. */
  readonly identity: Identity;
  readonly access: AccountAccess;
  /** Access that nothing ends before its time, to clean up with. */
  readonly unlimited: AccountAccess;
}

/** Finds out whose the credentials are, and connects to all that changes need. */
export async function openAccount(entry: AccountEntry): Promise<OpenAccount> {
  const { credentials, connection, calls, repository, githubToken, terraformToken, env } = entry;
  const { until = Infinity } = entry;
  const limited = { ...calls, retry: { ...calls.retry, until } };
  const identifying = identify(entry, `verify ${entry.credentialsName} with STS`, connection, calls);
  const [identity, iam, unlimitedIam, github] = await Promise.all([
    identifying,
    connectIam(connection, credentials, limited, { beforeEach: entry.beforeEach, identity: identifying }).then((one) =>
      lookAhead(one, entry.lookups ?? []),
    ),
    connectIam(connection, credentials, calls, { identity: identifying }),
    githubToken === undefined ? undefined : connectGithub(githubToken, env, calls),
  ]);
  const ofGithub = github && githubStore(github.secrets);
  const ofTerraform =
    terraformToken === undefined ? undefined : terraformStore(connectTerraform(terraformToken, calls));
  const stores = { 'github-secrets': ofGithub, 'dependabot-secrets': ofGithub, 'terraform-cloud': ofTerraform };
  const access: AccountAccess = {
    ...entry.reporter,
    iam,
    account: { ...accountOf(identity), repository },
    caller: identity.arn,
    stores: new Stores(stores, entry.inTime),
    runs: github?.runs,
    clock: calls.clock,
    run: entry.run ?? thisRun(repository, env),
    isHosted: env.RUNNER_ENVIRONMENT === 'github-hosted',
    isDryRun: entry.isDryRun ?? false,
    deletedKeys: new Set(),
    signingKey: credentials.accessKeyId,
    iamAs: (others) => connectIam(connection, others, calls),
    testKey: (key, user) => testKey(key, user, entry),
  };
  return { identity, access, unlimited: { ...access, iam: unlimitedIam, stores: new Stores(stores) } };
}

/** @throws ActionError where another vendor's STS does not say it: then no ARN can be known before IAM makes the thing */
function accountOf({ arn, account = '' }: Identity): Omit<TargetAccount, 'repository'> {
  if (arn !== undefined) return { partition: partitionOfArn(arn), account };
  throw new ActionError({
    code: 'unusual-answer',
    tried: 'find out which account is to be changed',
    why: 'The service at sts-endpoint does not say whose the credentials are.',
    fix: 'Set sts-endpoint to a service that answers GetCallerIdentity for the accounts at iam-endpoint.',
  });
}

async function testKey(
  credentials: Credentials,
  user: string,
  { connection, calls, beforeEach }: AccountEntry,
): Promise<void> {
  const sts = await connectSts(connection, credentials, calls);
  const tried = `use the new access key ${credentials.accessKeyId} of ${user}. It is deleted again`;
  return sts.testNewKey(() => beforeEach?.(), tried);
}
