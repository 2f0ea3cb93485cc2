import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** A folder with programs that commands of steps find before others: what says of AWS's CLI what is not in the local AWS. */
const FOLDER = join(__dirname, 'commands');

/** The variables with which commands of steps find it, and it finds the real one. */
export function withCommands(path: string): Record<string, string> {
  const real = path
    .split(delimiter)
    .map((folder) => join(folder, 'aws'))
    .find(existsSync);
  return { PATH: [FOLDER, path].join(delimiter), ...(real !== undefined && { TRY_AWS_CLI: real }) };
}
