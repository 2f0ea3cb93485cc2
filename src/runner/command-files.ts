import { statSync, truncateSync } from 'node:fs';

const COMMAND_FILES = ['GITHUB_ENV', 'GITHUB_OUTPUT'] as const;

/**
 * Remembers how long the files are through which a step exports variables and outputs, so that a step that fails
 * half-way can take back what it wrote. The runner reads them only when the step has ended.
 */
export function rememberCommandFiles(env: NodeJS.ProcessEnv): { takeBack(): void } {
  const lengths = COMMAND_FILES.flatMap((name) => {
    const path = env[name];
    return path ? [{ path, length: statSync(path, { throwIfNoEntry: false })?.size ?? 0 }] : [];
  });
  return {
    takeBack() {
      for (const { path, length } of lengths) {
        if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) > length) truncateSync(path, length);
      }
    },
  };
}
