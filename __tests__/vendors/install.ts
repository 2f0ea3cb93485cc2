import { join } from 'node:path';
import { installAwsCli } from '../conformance/aws-cli';
import { buildWithGo, HAS_GO } from '../conformance/go';
import { cacheFolder } from '../conformance/installed';

const FOLDER = cacheFolder('seaweedfs');
/** The program. */
export const SEAWEEDFS = join(FOLDER, 'go');

/** Before all tests, and before there is more than one process that could install the same. */
export default async function install(): Promise<void> {
  await Promise.all([installAwsCli(), HAS_GO ? buildSeaweedfs() : undefined]);
}

/** Builds SeaweedFS into a folder that git ignores, once. */
function buildSeaweedfs(): Promise<void> {
  const name = 'github.com/seaweedfs/seaweedfs/weed';
  return buildWithGo(FOLDER, join(__dirname, 'clients/seaweedfs'), { name });
}
