import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { buildWithGo, HAS_GO } from './go';
import { cacheFolder } from './installed';

const FOLDER = 'go-tfe';

/** Builds HashiCorp's client of HCP Terraform, into a folder that git ignores, once. */
export async function installTerraformClient(): Promise<void> {
  if (HAS_GO) await buildWithGo(cacheFolder(FOLDER), join(__dirname, 'clients', FOLDER));
}

/** What is asked of the variables of a workspace. */
export interface Step {
  readonly do: 'read' | 'list' | 'list all' | 'create' | 'update' | 'make readable' | 'delete';
  readonly key?: string;
  readonly value?: string;
  readonly category?: 'env' | 'terraform';
  readonly sensitive?: boolean;
}

/** What HashiCorp's client was answered. */
export interface Outcome {
  readonly error?: string;
  readonly notFound?: boolean;
  readonly mayUpdate?: boolean;
  readonly variables?: readonly {
    readonly key: string;
    readonly value: string;
    readonly category: string;
    readonly sensitive: boolean;
    readonly version: string;
  }[];
}

/** Lets HashiCorp's client do these steps with a workspace of the organization `acme`. */
export function byTerraformClient(
  {
    address,
    token,
    workspace = 'prod',
  }: { readonly address: string; readonly token: string; readonly workspace?: string },
  steps: readonly Step[],
): Promise<Outcome[]> {
  const env = { TFE_ADDRESS: address, TFE_TOKEN: token };
  return new Promise((done, fail) => {
    const child = execFile(join(cacheFolder(FOLDER), 'go'), { env }, (error, stdout, stderr) => {
      if (error) fail(new Error(`${stdout}\n${stderr}`, { cause: error }));
      else done(JSON.parse(stdout) as Outcome[]);
    });
    child.stdin?.end(JSON.stringify({ organization: 'acme', workspace, steps }));
  });
}
