const WITH_SMALL_LETTERS = /^(?=.*[a-z])[\w-]+$/;

/**
 * Gives variables names in capitals on Windows. There, `aws_profile` in a workflow is AWS_PROFILE for every program; but in
 * a list of names, and in a copy of the environment, it is as it was written.
 */
export function nameInCapitals(env: NodeJS.ProcessEnv, platform: NodeJS.Platform = process.platform): void {
  if (platform !== 'win32') return;
  for (const name of Object.keys(env).filter((written) => WITH_SMALL_LETTERS.test(written))) {
    const value = env[name];
    Reflect.deleteProperty(env, name);
    env[name.toUpperCase()] = value;
  }
}
