import type { Inputs } from './inputs';

/** An action that the caller should be allowed, or should not. */
export interface Expectation {
  readonly expected: 'allowed' | 'denied';
  /** As IAM writes it: `s3:GetObject`. */
  readonly action: string;
  /** The ARN of what it is done to, or `*` for every resource there is. */
  readonly resource: string;
}

export const EXPECTATION_INPUTS = ['expect-allowed', 'expect-denied'] as const;

const ROLE_OR_SESSION = /^arn:([^:]*):(?:iam|sts)::([^:]*):(role|assumed-role)\/(.+)$/;
const SINGLE_ACTION = /^[a-z\d-]+:\w+$/i;
const MAX_ACTION_LENGTH = 128;

/** As AWS's policies, simulations and command line have it. */
export const EVERY_RESOURCE = '*';

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html */
const AWS_ARN = /^arn:aws[\w-]*:[\w-]+:[^:\s]*:[^:\s]*:\S.*$/;
const OTHER_ARN = /^arn:\S.*$/;
const MAX_ARN_LENGTH = 2048;

/**
 * The ARN that the caller is expected to have, in which `*` and `?` are wildcards. AWS names whoever works as a role by
 * the session, and without the role's path.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-arns
 */
export function readExpectedArn(inputs: Inputs): string | undefined {
  const text = inputs.text('expect-arn');
  if (text === undefined || !inputs.callsAws('STS')) return text;
  const [, partition = '', account = '', type, named = ''] = ROLE_OR_SESSION.exec(text) ?? [];
  const parts = named.split('/');
  // A wildcard in the only part stands for the session, too.
  if (type === undefined || (type === 'assumed-role' && parts.length === 1 && named.endsWith('*'))) return text;
  const [role = '', session = '*'] = type === 'role' ? parts.slice(-1) : parts.slice(-2);
  const ofSession = `arn:${partition}:sts::${account}:assumed-role/${role}/${session}`;
  if (ofSession !== text) {
    const rule = 'AWS names whoever works as a role by the session, without the path of the role';
    inputs.wrong('expect-arn', `"${text}" is no caller's: ${rule}; it should be ${ofSession}`);
  }
  return text;
}

/** What the caller is expected to be allowed and denied, a line each: `action`, or `action on resource-arn`. */
export function readExpectations(inputs: Inputs): Expectation[] {
  const allowed = readLines('expect-allowed', inputs);
  const denied = readLines('expect-denied', inputs);
  const keys = new Set(allowed.map(keyOf));
  for (const expectation of denied.filter((each) => keys.has(keyOf(each)))) {
    inputs.wrong('expect-denied', `"${lineOf(expectation)}" is in expect-allowed, too; it should be in one of them`);
  }
  return [...allowed, ...denied];
}

/** The expectation as its line in the input says it. */
export function lineOf({ action, resource }: Expectation): string {
  return resource === EVERY_RESOURCE ? action : `${action} on ${resource}`;
}

/** The expectations, those of one resource together. */
export function byResource(expectations: readonly Expectation[]): Expectation[][] {
  const resources = [...new Set(expectations.map(({ resource }) => resource))];
  return resources.map((resource) => expectations.filter((expectation) => expectation.resource === resource));
}

/** The lines of one input, each once. */
function readLines(name: (typeof EXPECTATION_INPUTS)[number], inputs: Inputs): Expectation[] {
  const expected = name === 'expect-allowed' ? 'allowed' : 'denied';
  const found = new Map<string, Expectation>();
  for (const line of inputs.lines(name)) {
    const [, action = line, resource = EVERY_RESOURCE] = /^(\S+)\s+on\s+(.+)$/.exec(line) ?? [];
    const wrong = wrongWithAction(action) ?? wrongWithResource(resource, inputs.callsAws('IAM') ? AWS_ARN : OTHER_ARN);
    if (wrong !== undefined) inputs.wrong(name, wrong);
    const expectation: Expectation = { expected, action, resource };
    if (!found.has(keyOf(expectation))) found.set(keyOf(expectation), expectation);
  }
  return [...found.values()];
}

function wrongWithAction(action: string): string | undefined {
  if (/^\S*[*?]\S*$/.test(action)) {
    return `"${action}" has a wildcard, and AWS simulates single actions only; it should be one action a line, like s3:GetObject`;
  }
  if (SINGLE_ACTION.test(action) && action.length <= MAX_ACTION_LENGTH) return undefined;
  return `"${action}" is not service:Action; a line should be like s3:ListAllMyBuckets, or s3:GetObject on arn:aws:s3:::bucket/*`;
}

function wrongWithResource(resource: string, arn: RegExp): string | undefined {
  if (resource === EVERY_RESOURCE) return undefined;
  if (arn.test(resource) && resource.length <= MAX_ARN_LENGTH) return undefined;
  return `"${resource}" is not an ARN; it should be like arn:aws:s3:::bucket/*, or omitted together with its "on" for every resource`;
}

/** The case of actions does not count; that of resources does. */
function keyOf({ action, resource }: Expectation): string {
  return lineOf({ expected: 'allowed', action: action.toLowerCase(), resource });
}
