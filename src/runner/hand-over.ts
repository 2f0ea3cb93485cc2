import { homedir } from 'node:os';
import type { Step } from '../action/step';
import { profileFiles } from '../profile/locations';
import type { Profile, WrittenProfile } from '../profile/profile';
import { rememberCommandFiles } from './command-files';

/** What later steps are to find. Secrets in it are masked already. */
export interface Handover {
  readonly profiles: readonly Profile[];
  /** Whether profiles of the same names are replaced. */
  readonly overwrite: boolean;
  readonly outputs: Readonly<Record<string, string>>;
  readonly variables: Readonly<Record<string, string>>;
}

/**
 * Hands it over: profiles, outputs, environment. When any of it fails, the rest is taken back, so that no later step
 * finds a part.
 *
 * @param confirm done last: what fails there takes all back as well
 * @throws ProfileError when a profile cannot be written
 */
export async function handOver(
  { profiles, overwrite, outputs, variables }: Handover,
  step: Step,
  confirm: () => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  const { env, runner, ledger } = step;
  const commandFiles = rememberCommandFiles(env);
  const goBack = ledger.mark();
  const written: WrittenProfile[] = [];
  try {
    if (profiles.length > 0) {
      const { writeProfiles } = await import('../profile/profile');
      const record = (changed: readonly WrittenProfile[]) => {
        ledger.writing(changed);
      };
      written.push(...(await writeProfiles(profileFiles(env, homedir()), profiles, { overwrite, record })));
    }
    for (const [name, value] of Object.entries(outputs)) runner.setOutput(name, value);
    exportVariables(variables, step);
    await confirm();
  } catch (error) {
    commandFiles.takeBack();
    if (written.length > 0) {
      const { removeProfiles } = await import('../profile/profile');
      await removeProfiles(written);
    }
    // Where taking back failed, post tries again with what is in the ledger.
    if (!(error instanceof AggregateError)) goBack();
    throw error;
  }
}

/** Sets variables for later steps, and keeps for the post step what stood there. */
export function exportVariables(variables: Readonly<Record<string, string>>, { runner, ledger }: Step): void {
  const entries = Object.entries(variables);
  if (entries.length === 0) return;
  ledger.exporting(Object.keys(variables));
  for (const [name, value] of entries) runner.exportVariable(name, value);
}
