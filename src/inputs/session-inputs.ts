import { isPolicyArn, mayBePolicy } from '../aws/arn';
import { MAX_TAG_KEY_LENGTH, MAX_TAG_VALUE_LENGTH, TAG_CHARACTERS } from '../aws/tags';
import {
  MAX_INLINE_POLICY_LENGTH,
  MAX_ROLE_DURATION,
  MAX_SESSION_POLICIES,
  MIN_DURATION,
  type SessionPolicies,
} from '../sts/session-parameters';
import { jobTags, MAX_SESSION_TAGS, RESERVED_TAG_KEYS, type SessionTag } from '../sts/session-tags';
import { isMapping } from '../text/value';
import type { Inputs } from './inputs';
import type { SessionSettings, SignedSessionSettings } from './request';

const TAG_TEXT = new RegExp(`^[${TAG_CHARACTERS}]*$`, 'u');
const DEFAULT_DURATION = 3600;
const DEFAULT_SESSION_NAME = 'GitHubActions';

/** The inputs that shape a role session, however the role is assumed. */
export async function readSessionSettings(inputs: Inputs): Promise<SessionSettings> {
  return {
    sessionName:
      inputs.matching('role-session-name', /^[\w+=,.@-]{2,64}$/, '2 to 64 letters, digits or characters of +=,.@_-') ??
      DEFAULT_SESSION_NAME,
    duration: readSessionDuration(MAX_ROLE_DURATION, inputs) ?? DEFAULT_DURATION,
    policies: await readSessionPolicies(inputs),
    plainCharacters: inputs.flag('special-characters-workaround'),
  };
}

/** How long a session lasts, in seconds, `max` at the most. Other vendors have limits of their own. */
export function readSessionDuration(max: number, inputs: Inputs): number | undefined {
  const limits = inputs.callsAws('STS') ? { min: MIN_DURATION, max } : { min: 1 };
  return inputs.integer('role-duration-seconds', { ...limits, unit: 'seconds' });
}

/** The policies that limit a session. */
export async function readSessionPolicies(inputs: Inputs): Promise<SessionPolicies> {
  const inline = inputs.text('inline-session-policy');
  if (inline !== undefined && !jsonObject(inline)) {
    inputs.wrong('inline-session-policy', `is not a JSON object, as an IAM policy is${await brokenAt(inline)}`);
  }
  const isAws = inputs.callsAws('STS');
  if (isAws && inline !== undefined && inline.length > MAX_INLINE_POLICY_LENGTH) {
    inputs.wrong('inline-session-policy', `has ${inline.length} characters; AWS takes ${MAX_INLINE_POLICY_LENGTH}`);
  }
  const managed = inputs.lines('managed-session-policies');
  const isPolicy = isAws ? isPolicyArn : mayBePolicy;
  for (const arn of managed.filter((line) => !isPolicy(line))) {
    inputs.wrong('managed-session-policies', `"${arn}" is not the ARN of a policy; one ARN a line`);
  }
  if (isAws && managed.length > MAX_SESSION_POLICIES) {
    inputs.wrong('managed-session-policies', `names ${managed.length} policies; AWS takes ${MAX_SESSION_POLICIES}`);
  }
  return { managed, inline };
}

/**
 * The inputs that only a signed AssumeRole can carry. What is not sent need not be as AWS takes it: a workflow that gives
 * it may work today.
 */
export async function readSignedSession(
  inputs: Inputs,
  { sent }: { readonly sent: boolean },
): Promise<SignedSessionSettings> {
  const tagged = sent && !inputs.flag('role-skip-session-tagging');
  const ofJob = jobTags(inputs.env);
  const custom = await readCustomTags(inputs, { sent: tagged });
  if (tagged && ofJob.length + custom.length > MAX_SESSION_TAGS) {
    inputs.wrong(
      'custom-tags',
      `has ${custom.length} tags; next to the ${ofJob.length} that describe the job, AWS takes ${MAX_SESSION_TAGS - ofJob.length}`,
    );
  }
  const tags = tagged ? [...ofJob, ...custom] : [];
  const keys = new Set(tags.map(({ key }) => key));
  return {
    externalId: sent ? readExternalId(inputs) : undefined,
    sourceIdentity: readSourceIdentity(inputs),
    tags,
    // A key without its tag is passed over, as some tags are there for some events only.
    transitiveTagKeys: inputs.lines('transitive-tag-keys').filter((key) => keys.has(key)),
  };
}

function readExternalId(inputs: Inputs): string | undefined {
  if (!inputs.callsAws('STS')) return inputs.text('role-external-id');
  const rule = '2 to 1,224 letters, digits or characters of +=,.@:/_-';
  return inputs.matching('role-external-id', /^[\w+=,.@:/-]{2,1224}$/, rule);
}

/** `actor` stands for who started the job. */
function readSourceIdentity(inputs: Inputs): string | undefined {
  const identity = inputs.matching(
    'source-identity',
    /^[\w+=,.@-]{2,64}$/,
    'actor, or 2 to 64 letters, digits or characters of +=,.@_-',
  );
  if (identity !== 'actor') return identity;
  const actor = (inputs.env.GITHUB_ACTOR ?? '').replace(/[^\w+=,.@-]/g, '-').slice(0, 64);
  if (actor.length < 2) {
    inputs.wrong('source-identity', `is actor, and GITHUB_ACTOR is "${actor}"; AWS takes 2 characters or more`);
  }
  return actor;
}

/** The tags that the user gives. */
export async function readCustomTags(inputs: Inputs, { sent } = { sent: true }): Promise<SessionTag[]> {
  const text = inputs.text('custom-tags');
  if (text === undefined) return [];
  const object = jsonObject(text);
  if (!object) {
    const wanted = 'a JSON object of keys and values, like {"team": "platform"}';
    inputs.wrong('custom-tags', `is not ${wanted}${await brokenAt(text)}`);
    return [];
  }
  if (sent) await checkAsWritten(object, text, inputs);
  const seen = new Set<string>();
  return Object.entries(object).map(([key, raw]) => {
    const value = typeof raw === 'string' || typeof raw === 'number' || typeof raw === 'boolean' ? `${raw}` : undefined;
    const wrongs = [...tagProblems(key, value), ...(sent ? tagClashes(key, seen) : [])];
    for (const wrong of wrongs) inputs.wrong('custom-tags', `"${key}" ${wrong}`);
    seen.add(key.toLowerCase());
    return { key, value: value ?? '' };
  });
}

/** A policy may compare the tag with what is written, so a value that JSON makes another of is wrong; so is one of two. */
async function checkAsWritten(object: Readonly<Record<string, unknown>>, text: string, inputs: Inputs): Promise<void> {
  // Loaded for tags alone, which few steps have.
  const { jsonMembers } = await import('../text/json');
  const seen = new Set<string>();
  for (const [key, written] of jsonMembers(text)) {
    const value = object[key];
    if (seen.has(key)) inputs.wrong('custom-tags', `"${key}" is there twice: JSON takes the last of them`);
    else if (typeof value === 'number' && written !== String(value) && /^[-\d]/.test(written)) {
      const quotes = `it should be in quotes: ${JSON.stringify(key)}: "${written}"`;
      inputs.wrong('custom-tags', `"${key}" is ${written}, which JSON reads as the number ${value}; ${quotes}`);
    }
    seen.add(key);
  }
}

/** What AWS refuses of a key among others. */
function tagClashes(key: string, seen: ReadonlySet<string>): string[] {
  return [
    RESERVED_TAG_KEYS.has(key.toLowerCase()) && 'is a tag that this action sets itself',
    seen.has(key.toLowerCase()) && 'is there twice: AWS takes keys for the same whatever their case',
  ].filter((problem) => problem !== false);
}

function tagProblems(key: string, value: string | undefined): string[] {
  const characters = 'may hold letters, digits, spaces and _.:/=+-@ only';
  return [
    (key.length === 0 || key.length > MAX_TAG_KEY_LENGTH) && `must have 1 to ${MAX_TAG_KEY_LENGTH} characters`,
    !TAG_TEXT.test(key) && characters,
    value === undefined && 'must be a text, a number or a boolean',
    value !== undefined && value.length > MAX_TAG_VALUE_LENGTH && `has a value over ${MAX_TAG_VALUE_LENGTH} characters`,
    value !== undefined && !TAG_TEXT.test(value) && `has a value that ${characters}`,
  ].filter((problem) => problem !== false);
}

/** Where a text breaks the rules of JSON, to end a sentence; nothing for one that keeps them. */
async function brokenAt(text: string): Promise<string> {
  const { jsonProblem } = await import('../text/json');
  const broken = jsonProblem(text);
  return broken ? `; at line ${broken.line}, column ${broken.column}, it ${broken.message}` : '';
}

function jsonObject(text: string) {
  try {
    const value: unknown = JSON.parse(text);
    return isMapping(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
