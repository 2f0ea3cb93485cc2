import { homedir } from 'node:os';
import { preferredToProfile } from '../aws/credential-order';
import { secretsOf, type Credentials } from '../aws/credentials';
import { LeftBehindError } from '../errors/left-behind-error';
import { makeJobFolder, rememberCommandFiles } from '../runner/runner-files';
import type { Step } from '../runner/step';
import { writeJobProfiles, type ProfilesToWrite, type ProfilesWritten } from './job-profiles';
import { noCredentialVariables, profileVariables } from './variables-and-outputs';

/** What later steps are to find: nothing of what is omitted. */
export interface JobDelivery {
  /** Whatever is secret in the rest: masked before anything else is done. */
  readonly credentials?: readonly Credentials[];
  readonly profiles?: ProfilesToWrite;
  readonly outputs: Readonly<Record<string, string>>;
  readonly variables?: Readonly<Record<string, string>>;
  /** Whose the credentials are that the variables hold or name, for messages. */
  readonly exportedOf?: string | undefined;
}

/**
 * Delivers to later steps: profiles, outputs, environment. When any of it fails, the rest is taken back, so that no later
 * step finds a part.
 *
 * @param confirm done last: what fails there takes all back as well
 * @throws ProfileError when a profile cannot be written; LeftBehindError when something could not be taken back
 */
export async function deliver(
  { credentials = [], profiles, outputs, variables, exportedOf }: JobDelivery,
  step: Step,
  confirm: () => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  const { env, runner, ledger } = step;
  credentials.flatMap(secretsOf).forEach(runner.mask);
  const commandFiles = rememberCommandFiles(env);
  const goBack = ledger.mark();
  let written: ProfilesWritten | undefined;
  try {
    if (profiles && profiles.profiles.length > 0) written = await writeJobProfiles(profiles, step);
    for (const [name, value] of Object.entries(outputs)) runner.setOutput(name, value);
    const exported = { ...variables, ...written?.variables };
    const before = { ...env };
    exportVariables(exported, step);
    await confirm();
    if (exportedOf !== undefined) warnOfTwo(exported, exportedOf, before, step);
  } catch (error) {
    commandFiles.takeBack();
    // Where taking back fails, post tries again with what is in the ledger.
    await written?.takeBack().catch((left: unknown) => {
      throw new LeftBehindError(error, left);
    });
    if (!(error instanceof LeftBehindError)) goBack();
    throw error;
  }
}

/**
 * Tools disagree which credentials to use where later steps find both a profile and others. No variable can be removed for
 * later steps, and most tools fail with an empty AWS_PROFILE.
 */
function warnOfTwo(
  exported: Readonly<Record<string, string>>,
  exportedOf: string,
  before: NodeJS.ProcessEnv,
  { runner }: Step,
): void {
  const other = preferredToProfile({ ...before, ...exported });
  const profile = exported.AWS_PROFILE ?? before.AWS_PROFILE ?? '';
  // Keys together with a profile of their own are the same credentials; and without either, none are exported.
  if (other === undefined || Boolean(exported.AWS_PROFILE) === Boolean(exported.AWS_ACCESS_KEY_ID)) return;
  const [ofProfile, ofOthers] = exported.AWS_PROFILE
    ? [exportedOf, 'of the token file that the job has']
    : ['of an earlier step or of the job', exportedOf];
  runner.warning(
    `Later steps find two sets of credentials: the profile ${profile} in AWS_PROFILE (${ofProfile}), which tools in JavaScript ` +
      `use, and those in ${other} (${ofOthers}), which the AWS CLI and most others use. To have all use the same: export a ` +
      'profile for each (aws-profile), or keys for each; or set AWS_PROFILE under "env:" of the steps that need it.',
  );
}

/** Takes away credentials that an earlier step left, for this step and all later ones of the job. */
export function unsetCurrent(step: Step): void {
  exportVariables(noCredentialVariables(step.env), step);
}

/** Takes away the profile that later steps would use without naming it. */
export async function unsetProfile(step: Step): Promise<void> {
  const names = Object.keys(profileVariables('')).filter((name) => step.env[name]);
  if (names.length === 0) return;
  const { valuesLikeUnset } = await import('../profile/values-like-unset');
  const makeFolder = () => makeJobFolder('aws-config', step);
  exportVariables(valuesLikeUnset(names, { env: step.env, home: homedir(), profile: '', makeFolder }), step);
}

/** Sets variables for later steps, and keeps for the post step what stood there. */
export function exportVariables(variables: Readonly<Record<string, string>>, { runner, ledger }: Step): void {
  const entries = Object.entries(variables);
  if (entries.length === 0) return;
  ledger.exporting(Object.keys(variables));
  for (const [name, value] of entries) runner.exportVariable(name, value);
}
