import {
  describeWorkspace,
  type StoredSecret,
  type TerraformVariable,
  type TerraformWorkspace,
} from '../../identities/stored-secret';
import type { TerraformVariables } from '../../terraform/variables';
import type { Store } from './store';

/** Variables of workspaces of HCP Terraform, which says their versions, and no times. */
export function terraformStore(variables: TerraformVariables): Store {
  return {
    check: async (secrets) => {
      await Promise.all(workspacesOf(secrets.map(asVariable)).map((workspace) => variables.check(workspace)));
    },
    find: (secret) => variables.find(asVariable(secret)),
    put: (secret, value, onUnanswered) => variables.put(asVariable(secret), value, onUnanswered),
    remove: (secret, onUnanswered) => variables.remove(asVariable(secret), onUnanswered),
    overruled: (secrets) => variables.overruled(secrets.map(asVariable)),
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
