const foreign = /^AWS_|_PROXY$/i;

/** Runs each test of a file without what this machine's environment says of AWS and proxies, and restores it. */
export function useCleanEnvironment(): void {
  let before: NodeJS.ProcessEnv = {};

  beforeEach(() => {
    before = { ...process.env };
    remove((name) => foreign.test(name));
  });

  afterEach(() => {
    remove((name) => before[name] === undefined);
    Object.assign(process.env, before);
  });
}

function remove(unwanted: (name: string) => boolean): void {
  for (const name of Object.keys(process.env).filter(unwanted)) Reflect.deleteProperty(process.env, name);
}
