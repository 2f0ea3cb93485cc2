import {
  describeSecret,
  describeWorkspace,
  type StoredSecret,
  type TerraformVariable,
  type TerraformWorkspace,
} from '../../identities/stored-secret';
import type { TerraformVariables } from '../../terraform/variables';
import type { Store } from './store';

/** Variables of workspaces of HCP Terraform, which says their versions, and no times. */
export function terraformStore(variables: TerraformVariables): Store {
  const check = async (secrets: readonly StoredSecret[]) => {
    await Promise.all(workspacesOf(secrets.map(asVariable)).map((workspace) => variables.check(workspace)));
  };
  return {
    check,
    find: (secret) => variables.find(asVariable(secret)),
    put: (secret, value, onUnanswered) => variables.put(asVariable(secret), value, onUnanswered),
    remove: (secret, onUnanswered) => variables.remove(asVariable(secret), onUnanswered),
    async warningsOf(secrets) {
      // A dry run has not looked before.
      await check(secrets);
      const overruled = await variables.overruled(secrets.map(asVariable));
      if (overruled.length === 0) return [];
      return [
        `Runs of the workspace do not get ${overruled.map(describeSecret).join(' and ')}: a variable set with priority ` +
          'has a variable of that name, which overrules it. Remove it from the set, or take the priority from the set.',
      ];
    },
  };
}

function asVariable(secret: StoredSecret): TerraformVariable {
  if (secret.store !== 'terraform-cloud') throw new Error(`A secret of ${secret.store} is no variable.`);
  return secret;
}

/** Each once. */
function workspacesOf(variables: readonly TerraformVariable[]): TerraformWorkspace[] {
  return [...new Map(variables.map(({ workspace }) => [describeWorkspace(workspace), workspace])).values()];
}
