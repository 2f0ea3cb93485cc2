/** Lets no name have an address, as DNS answers for a host that does not exist. */
export const NO_SUCH_HOST = withModule(`
  import dns from 'node:dns';
  dns.lookup = (host, options, done) =>
    done(Object.assign(new Error('getaddrinfo ENOTFOUND ' + host), { code: 'ENOTFOUND' }));
`);

/** Kills a main step when it has written the copy that is to replace a file of this name, and not replaced it. */
export function killedBeforeReplacing(name: string): Record<string, string> {
  return withModule(`
    import fs from 'node:fs';
    const { renameSync } = fs;
    fs.renameSync = (copy, path) => {
      if (path.endsWith('/${name}') && process.argv[1].includes('/main/')) process.kill(process.pid, 'SIGKILL');
      renameSync(copy, path);
    };
  `);
}

/** The environment in which Node runs this before anything else. */
function withModule(source: string): Record<string, string> {
  return { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(source)}` };
}
