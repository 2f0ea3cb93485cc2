import { beginningOf, messageOf, visible } from './message';

/**
 * Every way in which the step can fail, each with its own entry in docs/troubleshooting.md.
 * The list is closed: a new failure gets a new code and a new entry.
 */
export const ERROR_CODES = [
  'access-denied',
  'access-key-not-accepted',
  'access-key-unknown',
  'access-keys-full',
  'account-not-allowed',
  'action-timeout',
  'another-run',
  'certificate-insufficient',
  'certificate-not-valid',
  'certificate-revoked',
  'certificate-signature-refused',
  'certificate-untrusted',
  'clock-skew',
  'connection-failed',
  'credential-process-path',
  'delete-conflict',
  'delivery-incomplete',
  'delivery-overtaken',
  'ephemeral-of-another-run',
  'federation-refused',
  'github-secret-refused',
  'github-token-refused',
  'iam-limit',
  'iam-refused',
  'id-token-permission-missing',
  'id-token-refused',
  'identity-provider-missing',
  'identity-provider-unreachable',
  'incorrect-audience',
  'invalid-credentials',
  'invalid-id-token',
  'invalid-input',
  'mfa-code-refused',
  'mfa-device-unknown',
  'mfa-lookup-failed',
  'name-taken',
  'no-answer',
  'no-credentials',
  'not-found',
  'not-ours',
  'old-key-not-retired',
  'packed-policy-too-large',
  'path-differs',
  'plan-comment-refused',
  'policy-malformed',
  'profile-files',
  'proxy-failed',
  'region-disabled',
  'removes-itself',
  'role-refused',
  'roles-anywhere-profile-refused',
  'roles-failed',
  'runner-files',
  'service-unavailable',
  'session-policy-malformed',
  'session-tagging-refused',
  'session-too-long',
  'session-too-long-for-chain',
  'sign-in-ended',
  'sign-in-lost',
  'sign-in-not-approved',
  'sign-in-refused',
  'simulation-refused',
  'source-credentials-expired',
  'source-not-renewable',
  'sso-role-not-named',
  'sso-role-refused',
  'sso-start-url-refused',
  'temporary-source',
  'terraform-token-refused',
  'terraform-variable-refused',
  'throttled',
  'trust-anchor-refused',
  'unexpected',
  'unexpected-identity',
  'unexpected-permissions',
  'unusual-answer',
  'web-identity-expired',
  'web-identity-refused',
] as const;

/** More than any service says; a page that something else answers may be any length. */
const MAX_QUOTED_LENGTH = 4000;

export type ErrorCode = (typeof ERROR_CODES)[number];

export interface Failure {
  readonly code: ErrorCode;
  /** What was tried and on what: "assume arn:… with GitHub's OIDC token". Completes "Could not …". */
  readonly tried: string;
  /** The other side's own words. */
  readonly answer?: string;
  /** The probable cause, in a sentence or more. */
  readonly why?: string;
  /** What to do about it. */
  readonly fix: string;
  /** The place in a file of the workspace where all of it is wrong, if there is one: GitHub shows the failure there. */
  readonly at?: FilePlace | undefined;
  /** Parts of what is wrong, each at its place in a file: GitHub shows them there, too. */
  readonly inFiles?: readonly FileProblem[];
  /** The error that was thrown, if one was. */
  readonly cause?: unknown;
}

/** A place in a file of the workspace, by which GitHub finds it in the changes of a pull request. */
export interface FilePlace {
  /** Relative to the workspace. */
  readonly file: string;
  /** Both count from 1. */
  readonly line: number;
  readonly column: number;
}

/** What is to be said about one place of a file. */
export interface FileProblem extends FilePlace {
  /** With the place. */
  readonly text: string;
  /** The same for those who see it at its place. */
  readonly textAtPlace: string;
}

/** What an error of another side's means, and what to do about it. */
export type Explanation = Pick<Failure, 'code' | 'why' | 'fix'>;

/** Why something failed. What was not foreseen has words alone. */
export type Reason = Required<Pick<Failure, 'answer'>> & Partial<Pick<Failure, 'why' | 'fix'>>;

/** A failure that the user can understand and fix. Its message never holds a secret. */
export class ActionError extends Error {
  readonly code: ErrorCode;
  readonly fix: string;
  readonly at: FilePlace | undefined;
  readonly inFiles: readonly FileProblem[];
  /** The message in its parts. */
  readonly parts: readonly MessagePart[];
  readonly #failure: Failure;

  constructor(failure: Failure) {
    const { code, tried, answer, why, fix, at, inFiles = [], cause } = failure;
    const parts: MessagePart[] = [
      { label: undefined, text: `Could not ${tried}.` },
      ...(answer ? [{ label: 'Answer', text: inShort(answer) } as const] : []),
      ...(why ? [{ label: 'Cause', text: why } as const] : []),
      { label: 'Fix', text: fix },
    ];
    super(parts.map(messageText).join('\n'), { cause });
    this.name = 'ActionError';
    this.code = code;
    this.fix = fix;
    this.at = at;
    this.inFiles = inFiles;
    this.parts = parts;
    this.#failure = failure;
  }

  /** The other side's own words, or else all of the message. */
  get answer(): string {
    return this.parts.find(({ label }) => label === 'Answer')?.text ?? this.message;
  }

  /** What is known of why it failed, for another failure that came of it: that one has a cause and a fix of its own. */
  get reason(): Reason {
    const { tried, answer = `Could not ${tried}.`, why, fix } = this.#failure;
    return { answer, why, fix };
  }

  /** The same failure, with a sentence more on its cause. */
  because(more: string): ActionError {
    return new ActionError({ ...this.#failure, why: [this.#failure.why, more].filter(Boolean).join(' ') });
  }
}

/** A part of an error's message: what was tried has no label. */
export interface MessagePart {
  readonly label: 'Answer' | 'Cause' | 'Fix' | undefined;
  readonly text: string;
}

function messageText({ label, text }: MessagePart): string {
  if (label === undefined) return text;
  // A list begins below.
  return text.startsWith('\n') ? `${label}:${text}` : `${label}: ${text}`;
}

/** The other side's words, cut where they are too many to be read, and only what is seen of them. */
export function inShort(answer: string): string {
  const seen = visible(answer);
  return seen.length > MAX_QUOTED_LENGTH ? `${beginningOf(seen, MAX_QUOTED_LENGTH)}…` : seen;
}

/** A failure as it is reported, also one that was not foreseen where it happened. */
export function asActionError(error: unknown): ActionError {
  if (error instanceof ActionError) return error;
  const answer = messageOf(error);
  // Known by its name: the code of profile files loads only where it is used.
  if (error instanceof Error && error.name === 'ProfileError') {
    return new ActionError({
      code: 'profile-files',
      tried: 'write the profile; the credentials were not exported',
      answer,
      fix: 'Correct what the answer says, or omit aws-profile.',
      cause: error,
    });
  }
  return new ActionError({
    code: 'unexpected',
    tried: 'finish the step',
    answer,
    fix: 'If this action is at fault, please report it with this message.',
    cause: error,
  });
}

/** Why something failed, for the failure that came of it. */
export function reasonOf(error: unknown): Reason {
  return error instanceof ActionError ? error.reason : { answer: messageOf(error) };
}

/** What several works failed with, as one failure: the first, with what the others say. */
export function asOneFailure(errors: readonly unknown[]): unknown {
  const [first] = errors;
  const [, ...others] = new Set(errors.map((error) => asActionError(error).message));
  if (others.length === 0) return first;
  return asActionError(first).because(`In addition: ${others.join(' ').replaceAll('\n', ' ')}`);
}
