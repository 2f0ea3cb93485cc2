import { installAct } from './act';
import { installAwsCli } from './aws-cli';
import { installBoto3 } from './boto3';
import { installGiteaRunner } from './gitea-runner';
import { installLocalStack } from './localstack';
import { installMiniStack } from './ministack';
import { installMoto } from './moto';
import { installRolesAnywhereClients } from './roles-anywhere-clients';
import { installSdkClients } from './sdk-clients';
import { installSignInClients } from './sign-in-clients';
import { installTerraformClient } from './terraform-client';

/** Before all tests, and before there is more than one process that could install the same. */
export default async function install(): Promise<void> {
  await Promise.all([
    installAwsCli(),
    installBoto3(),
    installLocalStack(),
    installMiniStack(),
    installMoto(),
    installAct(),
    installGiteaRunner(),
    installRolesAnywhereClients(),
    installSdkClients(),
    installSignInClients(),
    installTerraformClient(),
  ]);
}
