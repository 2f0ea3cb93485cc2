import type { Identity, RoleArn } from '../aws/arn';
import type { Credentials } from '../aws/credentials';
import type { ActionError } from '../errors/action-error';
import type { StsSession } from '../sts/answer';

/** A role, and the session of it that was obtained. */
export interface AssumedRole {
  readonly role: RoleArn;
  readonly session: StsSession;
}

/** What a mode obtained, not yet handed to anyone. */
export interface Outcome {
  readonly identity: Identity;
  readonly credentials: Credentials;
  /** The roles that were assumed, by name. */
  readonly roleArns: Readonly<Record<string, string>>;
}

/** What the step came by. */
export interface Obtained {
  readonly identity: Identity;
  /** Undefined where there is nothing new to hand on. */
  readonly outcome: Outcome | undefined;
}

/** What became of one role of many. */
export type RoleResult =
  | { readonly profile: string; readonly assumed: AssumedRole }
  | { readonly profile: string; readonly role: string; readonly error: ActionError };
