/** A person's sign-in that is used again, so that nobody is asked a second time. */
export interface KeptSignIn {
  /** A secret. */
  readonly accessToken: string;
  /** Milliseconds since 1970. */
  readonly expires: number;
  /** The role that was taken; where it is omitted, the inputs say which. */
  readonly role?: { readonly accountId: string; readonly roleName: string };
}

/**
 * In the environment of a process alone, never in that of later steps. Where profiles renew themselves, the environment of
 * their step is kept in a file of the job, and this with it: a renewal finds it there.
 */
const VARIABLE = 'AWS_IDENTITY_SIGN_IN';

export function keepSignIn(env: NodeJS.ProcessEnv, { accessToken, expires, role }: KeptSignIn): void {
  env[VARIABLE] = JSON.stringify({ accessToken, expires, role });
}

/** A main step asks for a sign-in of its own, whatever an earlier one left in its environment. */
export function forgetSignIn(env: NodeJS.ProcessEnv): void {
  Reflect.deleteProperty(env, VARIABLE);
}

/** The sign-in of the step whose session is renewed, or whose changes are undone; undefined in the main step itself. */
export function keptSignIn({ [VARIABLE]: text }: NodeJS.ProcessEnv): KeptSignIn | undefined {
  return text ? (JSON.parse(text) as KeptSignIn) : undefined;
}
