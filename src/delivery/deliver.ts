import { secretsOf, type Credentials } from '../aws/credentials';
import { LeftBehindError } from '../errors/left-behind-error';
import { rememberCommandFiles } from '../runner/runner-files';
import type { Step } from '../runner/step';
import { writeJobProfiles, type ProfilesToWrite, type ProfilesWritten } from './job-profiles';
import { noneOfCurrent } from './variables-and-outputs';

/** What later steps are to find: nothing of what is omitted. */
export interface JobDelivery {
  /** Whatever is secret in the rest: masked before anything else is done. */
  readonly credentials?: readonly Credentials[];
  readonly profiles?: ProfilesToWrite;
  readonly outputs: Readonly<Record<string, string>>;
  readonly variables?: Readonly<Record<string, string>>;
}

/**
 * Delivers to later steps: profiles, outputs, environment. When any of it fails, the rest is taken back, so that no later
 * step finds a part.
 *
 * @param confirm done last: what fails there takes all back as well
 * @throws ProfileError when a profile cannot be written; LeftBehindError when something could not be taken back
 */
export async function deliver(
  { credentials = [], profiles, outputs, variables }: JobDelivery,
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
    exportVariables({ ...variables, ...written?.variables }, step);
    await confirm();
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

/** Takes away credentials and region that an earlier step left, for this step and all later ones of the job. */
export function unsetCurrent(step: Step): void {
  exportVariables(noneOfCurrent(), step);
}

/** Sets variables for later steps, and keeps for the post step what stood there. */
export function exportVariables(variables: Readonly<Record<string, string>>, { runner, ledger }: Step): void {
  const entries = Object.entries(variables);
  if (entries.length === 0) return;
  ledger.exporting(Object.keys(variables));
  for (const [name, value] of entries) runner.exportVariable(name, value);
}
