import { basename, dirname } from 'node:path';
import { Job } from '../sandbox/runner/job';
import { processes } from '../sandbox/runner/processes';
import { note, show } from '../sandbox/runner/terminal';
import { checkOut } from './checkout';
import { variablesOf, type Origin } from './contexts';
import type { Interruption } from './interruption';
import { DEFAULT_ACCOUNT, DEFAULT_REGION, type LocalAws } from './local-aws';

/**
 * Provisions an identity document by this action, as an administrator would have done it before the workflow.
 *
 * @param file with the files around it, which it may name
 * @throws Error when that fails
 */
export async function provisionDocument(
  file: string,
  origin: Origin,
  aws: LocalAws,
  interruption: Interruption,
): Promise<void> {
  const [key] = aws.createUser('admin', DEFAULT_ACCOUNT).accessKeys;
  const job = new Job({ ...variablesOf(origin), ...aws.environment }, processes, { kill: interruption.kill });
  const inputs = {
    mode: 'provision',
    'aws-region': DEFAULT_REGION,
    'aws-access-key-id': key?.accessKeyId ?? '',
    'aws-secret-access-key': key?.secretAccessKey ?? '',
    identities: basename(file),
    'github-token': aws.githubToken(),
    'terraform-token': aws.terraformToken(),
  };
  try {
    checkOut(dirname(file), job.workspace);
    await aws.furnish({ inputs }, { claims: {}, oidc: false, workspace: job.workspace });
    const { exitCode, log } = await job.step({ with: inputs });
    interruption.check();
    await job.finish();
    if (exitCode !== 0) {
      show(log);
      throw new Error(`${file} could not be provisioned.`);
    }
    note(`Provisioned before: ${file}.`);
  } finally {
    job.remove();
  }
}
