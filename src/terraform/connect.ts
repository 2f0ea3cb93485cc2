import { describeStored, describeWorkspace } from '../identities/stored-secret';
import type { CallSettings } from '../network/call';
import type { TerraformVariables } from './variables';

/**
 * Variables of workspaces of HCP Terraform and Terraform Enterprise. The code for them is loaded when the first is asked
 * for. What fails for good is thrown as an ActionError.
 */
export function connectTerraform(token: string, settings: CallSettings): TerraformVariables {
  let opened: Promise<TerraformVariables> | undefined;
  const open = async () => {
    const [{ terraformApi }, { terraformVariables }] = await Promise.all([import('./api'), import('./variables')]);
    const apis = new Map<string, ReturnType<typeof terraformApi>>();
    return terraformVariables(({ server }) => {
      const api = apis.get(server) ?? terraformApi(server, token, settings);
      apis.set(server, api);
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
    check: (workspace) =>
      explain((all) => all.check(workspace), `reach the variables of ${describeWorkspace(workspace)}`),
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
