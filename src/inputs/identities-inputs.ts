import { partitionOfRegion } from '../aws/partition';
import type { FileProblem } from '../errors/action-error';
import { commentToken, forgeOf } from '../github/forge';
import type { Declaration } from '../identities/declaration';
import { problemText, problemTextAtPlace, type DocumentProblem } from '../identities/document-problems';
import { readDocument } from '../identities/read-document';
import { isStore, STORES, type StoreWords } from '../identities/stored-secret';
import { isDocument } from '../text/document-text';
import { shownPath } from '../text/workspace-file';
import { noteProblems, readDocumentInput, workspaceOf } from './document-inputs';
import { readIdentity } from './identity-inputs';
import type { Inputs } from './inputs';
import { eventOf, isPullRequestOfFork, pullRequestOf } from './job-event';
import type { IdentitiesRequest, IdentitiesSettings, PlanComment } from './request';
import { readProfileSettings, readSettings } from './step-inputs';
import { describeStrangersFile, strangerOfCheckout } from './untrusted-checkout';

const NOTHING_DECLARED: Declaration = { oidcProviders: [], policies: [], users: [], roles: [] };

/** What a mode that changes IAM is asked for. */
export async function readIdentitiesRequest(
  mode: IdentitiesRequest['mode'],
  inputs: Inputs,
): Promise<IdentitiesRequest> {
  const settings = await readIdentitiesSettings(mode, inputs);
  switch (mode) {
    case 'provision':
      return { mode, ...settings, ephemeral: inputs.flag('ephemeral'), adoptExisting: inputs.flag('adopt-existing') };
    case 'rotate':
      return { mode, ...settings, rotateNow: inputs.flag('rotate-now'), deleteOldKeys: inputs.flag('delete-old-keys') };
    case 'deprovision':
      return { mode, ...settings };
  }
}

async function readIdentitiesSettings(mode: IdentitiesRequest['mode'], inputs: Inputs): Promise<IdentitiesSettings> {
  const repository = inputs.env.GITHUB_REPOSITORY;
  if (!repository) inputs.wrong('GITHUB_REPOSITORY', 'is not set; it should be owner/name, as a runner sets it');
  const declaration = readDeclaration(inputs);
  const dryRun = inputs.flag('dry-run');
  const tokens = { github: inputs.credential('github-token'), terraform: inputs.credential('terraform-token') };
  if (!dryRun && mode !== 'deprovision') {
    const needed = tokensNeeded(declaration, mode);
    if (tokens.github === undefined && needed.has('github-token')) {
      inputs.wrong(
        'github-token',
        'is missing: the document delivers to GitHub secrets. It should be a token that may write them, from a secret ' +
          '(GITHUB_TOKEN may not)',
      );
    }
    if (tokens.terraform === undefined && needed.has('terraform-token')) {
      inputs.wrong(
        'terraform-token',
        'is missing: the document delivers to workspaces of HCP Terraform. It should be a token that may write their ' +
          'variables, from a secret',
      );
    }
  }
  const servers = terraformServersOf(declaration);
  if (tokens.terraform !== undefined && servers.length > 1) {
    inputs.wrong(
      'terraform-token',
      `is of one server, and the document names workspaces of ${servers.join(' and ')}, which would all learn it. ` +
        'Each server should have a document, a step and a token of its own',
    );
  }
  // A stranger's document could name a host of the stranger's, which would learn the token.
  const isStrangers = dryRun && strangerOfCheckout(inputs.env) !== undefined;
  return {
    ...readSettings(inputs),
    identity: await readIdentity(inputs),
    declaration,
    repository: repository ?? '',
    dryRun,
    planComment: inputs.flag('plan-comment') ? readPlanComment(inputs, tokens.github) : undefined,
    githubToken: tokens.github,
    terraformToken: isStrangers ? undefined : tokens.terraform,
    profiles: readProfileSettings(inputs),
  };
}

/** One workflow may run on other events, too, and for forks, which get no secrets: there, that is no mistake. */
function readPlanComment(inputs: Inputs, token: string | undefined): PlanComment {
  const event = eventOf(inputs.env);
  const pullRequest = pullRequestOf(event);
  if (pullRequest !== undefined && isPullRequestOfFork(event, inputs.env.GITHUB_REPOSITORY)) {
    return { impossible: `pull request ${pullRequest} is from a fork` };
  }
  if (token === undefined) {
    inputs.wrong(
      'github-token',
      `is missing: plan-comment writes a comment. It should be a token that may, such as ${commentToken(forgeOf(inputs.env))}`,
    );
  }
  if (pullRequest === undefined) return { impossible: whyNoPullRequest(inputs.env) };
  const document = inputs.text('identities') ?? '';
  const file = isDocument(document) ? undefined : shownPath(workspaceOf(inputs), document);
  return { pullRequest, token: token ?? '', document: file };
}

function whyNoPullRequest({ GITHUB_EVENT_NAME: event = '' }: NodeJS.ProcessEnv): string {
  return event.startsWith('pull_request')
    ? `the file of the event ${event} (GITHUB_EVENT_PATH) has no number of a pull request`
    : `plan-comment is for the event pull_request, and this one is ${event}`;
}

function readDeclaration(inputs: Inputs): Declaration {
  const input = inputs.text('identities');
  if (input === undefined) {
    inputs.wrong('identities', 'is missing; it should be an identity document, or its path in the workspace');
    return NOTHING_DECLARED;
  }
  const text = readDocumentInput('identities', input, inputs);
  if (text === undefined) return NOTHING_DECLARED;
  // An empty variable counts as none.
  const variable = (name: string) => (inputs.env[name] === '' ? undefined : inputs.env[name]);
  const name = variable('GITHUB_REPOSITORY');
  const [id, ownerId] = [variable('GITHUB_REPOSITORY_ID'), variable('GITHUB_REPOSITORY_OWNER_ID')];
  const read = readDocument(text, {
    workspace: workspaceOf(inputs),
    partition: partitionOfRegion(inputs.text('aws-region') ?? ''),
    isForAws: inputs.callsAws('IAM'),
    repository: name === undefined ? undefined : { name, id, ownerId },
    server: (variable('GITHUB_SERVER_URL') ?? 'https://github.com').replace(/\/+$/, ''),
    forge: forgeOf(inputs.env),
    terraformAddress: variable('TFE_ADDRESS'),
  });
  checkOrigin(read.files, inputs);
  if ('problems' in read) {
    noteProblems('identities', read.problems.map(atItsPlace), inputs);
    return NOTHING_DECLARED;
  }
  for (const warning of read.warnings) inputs.warn(atItsPlace(warning));
  return read.declaration;
}

/** What is said of a document, with its place if that is in a file. */
function atItsPlace(problem: DocumentProblem): string | FileProblem {
  const { file, line, column } = problem;
  const text = problemText(problem);
  return file === undefined ? text : { file, line, column, text, textAtPlace: problemTextAtPlace(problem) };
}

/** Keeps strangers from deciding what is created in the account, and for whom. */
function checkOrigin([file]: readonly string[], inputs: Inputs): void {
  const byStranger = file === undefined ? undefined : describeStrangersFile(file, inputs.env);
  if (byStranger === undefined || inputs.flag('dry-run')) return;
  inputs.wrong(
    'identities',
    `${byStranger} what the account allows. It should be applied by an event of a reviewed branch, such as push; ` +
      'dry-run: true shows the plan here',
  );
}

/** The servers of the workspaces that a document delivers to. */
function terraformServersOf({ users }: Declaration): string[] {
  const destinations = users.flatMap(({ accessKey }) => accessKey?.deliver ?? []);
  const servers = destinations.flatMap((one) => (one.to === 'terraform-cloud' ? one.workspace.server : []));
  return [...new Set(servers)];
}

/** The inputs whose tokens a mode needs to deliver what the document says. */
function tokensNeeded({ users }: Declaration, mode: IdentitiesRequest['mode']): ReadonlySet<StoreWords['token']> {
  const names = users.flatMap(({ accessKey, mfaDevice }) => [
    ...(accessKey?.deliver ?? []).map(({ to }) => to),
    ...(mode === 'provision' ? (mfaDevice?.deliver ?? []).map(({ store }) => store) : []),
  ]);
  return new Set(names.flatMap((name) => (isStore(name) ? STORES[name].token : [])));
}
