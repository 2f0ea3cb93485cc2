import { describeStored, describeWorkspace } from '../identities/stored-secret';
import type { CallSettings } from '../network/call';
import type { TerraformVariables } from './variables';

/**
 * Variables of workspaces of HCP Terraform and Terraform Enterprise. The code for them is loaded when the first is asked
 * for. What fails for good is thrown as an ActionError.
 *
 * @param env names the server of workspaces that name no host, in `TFE_ADDRESS`, as HashiCorp's client has it:
 *   https://app.terraform.io, when it does not
 */
export function connectTerraform(token: string, env: NodeJS.ProcessEnv, settings: CallSettings): TerraformVariables {
  let opened: Promise<TerraformVariables> | undefined;
  const open = async () => {
    const [{ terraformApi }, { terraformVariables }] = await Promise.all([import('./api'), import('./variables')]);
    const apis = new Map<string, ReturnType<typeof terraformApi>>();
    return terraformVariables(({ host }) => {
      const address = host === undefined ? (env.TFE_ADDRESS ?? 'https://app.terraform.io') : `https://${host}`;
      const api = apis.get(address) ?? terraformApi(address, token, settings);
      apis.set(address, api);
      return api;
    });
  };
  const explain = async <T>(work: (variables: TerraformVariables) => Promise<T>, tried: string) => {
    try {
      return await work(await (opened ??= open()));
    } catch (error) {
      const { explainTerraform } = await import('./explain');
      throw explainTerraform(error, tried);
    }
  };
  return {
    check: (workspaces) =>
      explain(
        (variables) => variables.check(workspaces),
        `reach the variables of ${workspaces.map(describeWorkspace).join(' and ')}`,
      ),
    find: (variable) =>
      explain((all) => all.find(variable), `find out which version the ${describeStored(variable)} has`),
    put: (variable, value, onUnanswered) =>
      explain((all) => all.put(variable, value, onUnanswered), `write the ${describeStored(variable)}`),
    remove: (variable, onUnanswered) =>
      explain((all) => all.remove(variable, onUnanswered), `remove the ${describeStored(variable)}`),
    overruled: (variables) =>
      explain((all) => all.overruled(variables), 'find out whether a variable set overrules variables of a workspace'),
  };
}
