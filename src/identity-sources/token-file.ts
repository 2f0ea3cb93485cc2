import type { TokenFile } from '../inputs/request';
import type { Step } from '../runner/step';
import type { IdentityToken } from './identity-source';

/** The token that a file holds, read with the inputs. */
export function tokenFile({ path, token }: TokenFile, { runner }: Step): IdentityToken {
  return {
    name: `the token in ${path}`,
    renewable: false,
    otherwise: undefined,
    obtain() {
      runner.mask(token);
      return { token: Promise.resolve(token), sent: Promise.resolve() };
    },
  };
}
