import type { ProvisionRequest } from '../inputs/request';
import { planKey } from '../provisioning/access-keys/plan-key';
import { readyHolders } from '../provisioning/access-keys/ready-holders';
import { ephemeralOf, findOver } from '../provisioning/ephemeral';
import { planProvision, planResources } from '../provisioning/plan-provision';
import { ephemeralIn, firstLookups, readAccount } from '../provisioning/read-account';
import type { Step } from '../runner/step';
import { changeIdentities } from './change-identities';
import type { Work } from './work';

/** Makes an account as a document declares it. */
export function provision(request: ProvisionRequest, step: Step): Promise<Work> {
  const { declaration, adoptExisting, ephemeral } = request;
  return changeIdentities(request, step, {
    lookups: firstLookups(declaration),
    async plan(access) {
      const existing = await readAccount(declaration, access);
      const resources = planResources(declaration, existing, {
        account: access.account,
        adoptExisting,
        run: access.run,
        now: access.iam.time(),
        isDryRun: access.isDryRun,
        ephemeral: ephemeral ? ephemeralOf(access) : undefined,
        caller: access.caller,
        isOver: await findOver(ephemeralIn(existing), access),
      });
      const { keyHolders } = existing;
      // Nobody is waited for in vain.
      const isStopped = resources.obstacles.length > 0;
      return planProvision(resources, isStopped ? keyHolders : await readyHolders(keyHolders, planKey, access));
    },
    makesSecrets: true,
    readsBack: true,
    isEphemeral: ephemeral,
    done: () => 'The account is as declared.',
  });
}
